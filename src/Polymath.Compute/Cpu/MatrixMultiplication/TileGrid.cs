namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>How C is cut into the tiles of work that threads take, down the rows first.</summary>
internal readonly struct TileGrid
{
    private readonly int _m, _n, _tileColumns, _tilesDown;

    /// <summary>
    /// Cuts C [M, N]: as many tiles down as the threads share evenly; where there are fewer than threads, more tiles
    /// across.
    /// </summary>
    /// <param name="m">The rows of C.</param>
    /// <param name="n">The columns of C.</param>
    /// <param name="rowUnit">What the rows of a tile are a multiple of.</param>
    /// <param name="columnUnit">What the columns of a tile are a multiple of.</param>
    /// <param name="blocking">The most rows and columns of a tile.</param>
    /// <param name="threadCount">The number of threads that tiles are to be shared between.</param>
    public TileGrid(int m, int n, int rowUnit, int columnUnit, Blocking blocking, int threadCount)
    {
        _m = m;
        _n = n;
        int down = Blocking.CeilingDivide(m, blocking.TileRows);
        int across = Blocking.CeilingDivide(n, blocking.TileColumns);
        (down, across) = threadCount <= down
            ? (Blocking.RoundUp(down, threadCount), across)
            : (down, Math.Max(across, Blocking.CeilingDivide(threadCount, down)));
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
