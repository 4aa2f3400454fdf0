namespace Polymath.Compute.Cpu.PackedProducts;

/// <summary>The panels of a part of a weight matrix.</summary>
internal readonly unsafe struct PackedPanels
{
    private readonly byte* _start;
    private readonly long _panelBytes;

    /// <summary>Finds the panels of a part, whose memory exists.</summary>
    public PackedPanels(PackedPart part, int columns)
    {
        Format = part.Format;
        Layout = PackedLayout.Of(part.Format);
        FirstRow = part.FirstRow;
        Rows = part.Rows;
        Columns = columns;
        _start = (byte*)part.Buffer.Start;
        _panelBytes = Layout.PanelBytes(columns);
    }

    /// <summary>The format.</summary>
    public WeightFormat Format { get; }

    /// <summary>How the blocks lie.</summary>
    public PackedLayout Layout { get; }

    /// <summary>The first row in the matrix, the rows, the columns.</summary>
    public int FirstRow { get; }

    /// <summary>The rows.</summary>
    public int Rows { get; }

    /// <summary>The columns.</summary>
    public int Columns { get; }

    /// <summary>The blocks of a row.</summary>
    public int BlockCount => Columns / Format.BlockElements();

    /// <summary>The number of panels; the last may be partly empty.</summary>
    public int Count => CountOf(Rows);

    /// <summary>The panels of so many rows.</summary>
    public static int CountOf(int rows) => Tiling.CountTiles(rows, PackedLayout.PanelRows);

    /// <summary>The first byte of a panel.</summary>
    public byte* Panel(int index) => _start + (index * _panelBytes);

    /// <summary>Copies a row of blocks, of the part's rows, into its panel.</summary>
    public void Pack(int row, byte* blocks) => Layout.Pack(
        blocks, BlockCount, Panel(row / PackedLayout.PanelRows), row % PackedLayout.PanelRows);

    /// <summary>The numbers of a row, of the part's rows.</summary>
    /// <param name="row">Which.</param>
    /// <param name="blocks">Room for its blocks.</param>
    /// <param name="values">[Columns].</param>
    public void Decode(int row, Span<byte> blocks, Span<float> values)
    {
        fixed (byte* target = blocks)
        {
            Layout.Unpack(
                Panel(row / PackedLayout.PanelRows), row % PackedLayout.PanelRows, BlockCount, target);
        }

        WeightCodec.Decode(Format, blocks, values);
    }
}
