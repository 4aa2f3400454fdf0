namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>How C is cut into the tiles of work that threads take, down the rows first.</summary>
internal readonly struct TileGrid
{
    // A million multiply-adds take a core some 10 µs, ten times what it takes to share out a tile. With fewer rows than
    // 32, a panel of B would be read too seldom for the time it takes to come.
    private const int TilesPerThread = 4, ProductsPerTile = 1 << 20, LeastTileRows = 32;

    private readonly int _m, _n, _tileColumns, _tilesDown;

    /// <summary>
    /// Cuts C [M, N] into tiles as large as the caches allow; with several threads, into so many that one which comes
    /// late is made up for, unless tiles then became too short to be worth taking.
    /// </summary>
    /// <param name="m">The rows of C.</param>
    /// <param name="n">The columns of C.</param>
    /// <param name="k">The depth of the product.</param>
    /// <param name="rowUnit">What the rows of a tile are a multiple of.</param>
    /// <param name="columnUnit">What the columns of a tile are a multiple of.</param>
    /// <param name="blocking">The most rows and columns of a tile.</param>
    /// <param name="threadCount">The number of threads that tiles are to be shared between.</param>
    public TileGrid(int m, int n, int k, int rowUnit, int columnUnit, Blocking blocking, int threadCount)
    {
        _m = m;
        _n = n;
        int down = Blocking.CeilingDivide(m, blocking.TileRows);
        int across = Blocking.CeilingDivide(n, blocking.TileColumns);
        if (threadCount > 1)
        {
            int wanted = (int)Math.Min(TilesPerThread * threadCount, (long)m * n * k / ProductsPerTile);
            int most = Blocking.CeilingDivide(m, LeastTileRows);
            down = Math.Max(down, Math.Min(Blocking.CeilingDivide(wanted, across), most));
            down = threadCount <= down ? Blocking.RoundUp(down, threadCount) : down;
            across = Math.Max(across, Blocking.CeilingDivide(wanted, down));
        }

        TileRows = Blocking.PartOf(m, down, rowUnit);
        _tileColumns = Blocking.PartOf(n, across, columnUnit);
        _tilesDown = Blocking.CeilingDivide(m, TileRows);
        TileCount = _tilesDown * Blocking.CeilingDivide(n, _tileColumns);
    }

    /// <summary>The rows of every tile but the last ones.</summary>
    public int TileRows { get; }

    /// <summary>The number of tiles.</summary>
    public int TileCount { get; }

    /// <summary>The rows and columns of C that a tile covers.</summary>
    public (int Row, int RowEnd, int Column, int ColumnEnd) TileAt(int tile)
    {
        int row = tile % _tilesDown * TileRows, column = tile / _tilesDown * _tileColumns;
        return (row, Math.Min(_m, row + TileRows), column, Math.Min(_n, column + _tileColumns));
    }
}
