using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu.PackedProducts;

/// <summary>
/// How the blocks of a format lie in memory. 32 rows are a panel; a panel is its blocks along k, one behind the other,
/// and the same block of the 32 rows is one packed block, which has the same bytes in another order: scales of the rows
/// side by side, then quants, four k of a row side by side, as vpdpbusd multiplies them, the rows beside each other.
/// All fields start on cache lines, and a product reads a panel from its first byte to its last.
/// </summary>
internal sealed unsafe class PackedLayout
{
    /// <summary>The rows of a panel: two vectors of 512 bits with a sum for each row.</summary>
    public const int PanelRows = 32;

    /// <summary>Four quants of one row, and those of a panel.</summary>
    public const int QuadBytes = 4, StepBytes = QuadBytes * PanelRows;

    private static readonly PackedLayout[] Layouts = [.. Enum.GetValues<WeightFormat>().Select(Create)];

    private readonly WeightFormat _format;
    private readonly Field[] _fields;

    private PackedLayout(WeightFormat format, List<Field> fields)
    {
        _format = format;
        _fields = [.. fields];
        BlockBytes = format.BlockBytes() * PanelRows;
    }

    /// <summary>The bytes of a packed block.</summary>
    public int BlockBytes { get; }

    /// <summary>The layout of a format.</summary>
    public static PackedLayout Of(WeightFormat format) => Layouts[(int)format];

    /// <summary>The bytes of a panel of so many columns.</summary>
    public long PanelBytes(int columns) => _format.RowBytes(columns) * PanelRows;

    /// <summary>Copies a row of blocks to its place in a panel.</summary>
    /// <param name="blocks">The row, as a file holds it.</param>
    /// <param name="count">Its blocks.</param>
    /// <param name="panel">The panel.</param>
    /// <param name="row">Which of its rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pack(byte* blocks, int count, byte* panel, int row)
    {
        int bytes = _format.BlockBytes();
        for (int block = 0; block < count; block++, blocks += bytes, panel += BlockBytes)
        {
            foreach (Field field in _fields)
            {
                Copy(blocks + field.Offset, panel + field.PackedOffset + (row * field.Bytes), field);
            }
        }
    }

    /// <summary>Copies a row of blocks back out of a panel: the inverse of <see cref="Pack"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Unpack(byte* panel, int row, int count, byte* blocks)
    {
        int bytes = _format.BlockBytes();
        for (int block = 0; block < count; block++, blocks += bytes, panel += BlockBytes)
        {
            foreach (Field field in _fields)
            {
                Copy(panel + field.PackedOffset + (row * field.Bytes), blocks + field.Offset, field);
            }
        }
    }

    private static void Copy(byte* source, byte* target, Field field)
    {
        switch (field.Bytes)
        {
            case sizeof(byte):
                *target = *source;
                break;
            case sizeof(ushort):
                *(ushort*)target = *(ushort*)source;
                break;
            default:
                *(uint*)target = *(uint*)source ^ field.Flipped;
                break;
        }
    }

    private static PackedLayout Create(WeightFormat format)
    {
        var fields = new List<Field>();
        int packed = 0;
        switch (format)
        {
            case WeightFormat.Float32:
                Add(0, 4);
                break;
            case WeightFormat.Float16 or WeightFormat.BFloat16:
                Add(0, 2);
                break;
            case WeightFormat.Q8_0:
                // A signed byte with its highest bit flipped is that byte plus 128, without a sign.
                Add(0, 2);
                AddQuads(EightBitBlock.QuantsOffset, 32, flipped: 0x8080_8080);
                break;
            case WeightFormat.Q4_0:
                Add(0, 2);
                AddQuads(FourBitBlock.QuantsOffset, 16);
                break;
            case WeightFormat.Q4_K:
                Add(FourBitSuperBlock.ScaleOffset, 2);
                Add(FourBitSuperBlock.MinimumOffset, 2);
                AddBytes(FourBitSuperBlock.PartsOffset, FourBitSuperBlock.PartsBytes);
                AddQuads(FourBitSuperBlock.QuantsOffset, 128);
                break;
            default:
                AddSixBits();
                break;
        }

        return new PackedLayout(format, fields);

        void Add(int offset, int bytes, uint flipped = 0)
        {
            fields.Add(new Field(offset, bytes, packed, flipped));
            packed += bytes * PanelRows;
        }

        void AddBytes(int offset, int count)
        {
            for (int index = 0; index < count; index++)
            {
                Add(offset + index, 1);
            }
        }

        void AddQuads(int offset, int count, uint flipped = 0)
        {
            for (int index = 0; index < count; index += QuadBytes)
            {
                Add(offset + index, QuadBytes, flipped);
            }
        }

        // What is put together to quants lies together: 4 k of each quarter of 128 numbers.
        void AddSixBits()
        {
            Add(SixBitSuperBlock.ScaleOffset, 2);
            AddBytes(SixBitSuperBlock.PartsOffset, 16);
            for (int half = 0; half < 2; half++)
            {
                for (int k = 0; k < 32; k += QuadBytes)
                {
                    Add(SixBitSuperBlock.LowOffset + (64 * half) + k, QuadBytes);
                    Add(SixBitSuperBlock.LowOffset + (64 * half) + 32 + k, QuadBytes);
                    Add(SixBitSuperBlock.HighOffset + (32 * half) + k, QuadBytes);
                }
            }
        }
    }

    /// <summary>Bytes that stay together.</summary>
    /// <param name="Offset">Where they are in the block of a row.</param>
    /// <param name="Bytes">How many: 1, 2 or 4.</param>
    /// <param name="PackedOffset">Where those of the panel's first row are in the packed block.</param>
    /// <param name="Flipped">The bits that are flipped, of four bytes.</param>
    private readonly record struct Field(int Offset, int Bytes, int PackedOffset, uint Flipped);
}
