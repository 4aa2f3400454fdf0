using System.Buffers.Binary;

namespace Polymath.Formats.Images.Jpeg;

/// <summary>The tables of a JPEG file as they are at a place in it, and what its application markers say.</summary>
internal sealed class JpegTables
{
    private const int TableCount = 4;

    private readonly ushort[]?[] _quantisation = new ushort[]?[TableCount];
    private readonly JpegHuffmanTable?[] _means = new JpegHuffmanTable?[TableCount];
    private readonly JpegHuffmanTable?[] _details = new JpegHuffmanTable?[TableCount];
    private int _restartInterval;

    /// <summary>The colours as Adobe's marker states them: 0 as they are, 1 YCbCr, 2 YCCK; null: no such marker.</summary>
    public int? AdobeTransform { get; private set; }

    /// <summary>Takes in a segment; those that decoding does not need are passed over.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public void Read(int marker, ReadOnlySpan<byte> data)
    {
        switch (marker)
        {
            case 0xc4:
                ReadHuffman(data);
                break;
            case 0xdb:
                ReadQuantisation(data);
                break;
            case 0xdd when data.Length == 2:
                _restartInterval = BinaryPrimitives.ReadUInt16BigEndian(data);
                break;
            case 0xee when data.Length >= 12 && data.StartsWith("Adobe"u8):
                AdobeTransform = data[11];
                break;
            case 0xfe or (>= 0xe0 and <= 0xef):
                break;
            default:
                throw new InvalidDataException($"is damaged: the marker {marker:x2} is not expected there");
        }
    }

    /// <summary>Reads a scan header.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or a table is missing.</exception>
    public JpegScan PrepareScan(ReadOnlySpan<byte> data, JpegFrame frame)
    {
        int count = data.Length > 0 ? data[0] : 0;
        if (count is < 1 or > 4 || data.Length != 4 + (2 * count))
        {
            throw new InvalidDataException("has a damaged scan header");
        }

        (int First, int Last, int KnownBit, int Bit) band =
            (data[1 + (2 * count)], data[2 + (2 * count)], data[3 + (2 * count)] >> 4, data[3 + (2 * count)] & 15);
        Check(band, frame, count);
        var components = new JpegScanComponent[count];
        for (int index = 0; index < count; index++)
        {
            int id = data[1 + (2 * index)], tables = data[2 + (2 * index)];
            JpegComponent component = frame.Components.FirstOrDefault(known => known.Id == id)
                ?? throw new InvalidDataException($"has a scan of the unknown component {id}");
            bool hasMeans = band is { First: 0, KnownBit: 0 }, hasDetails = band.Last > 0;
            components[index] = new JpegScanComponent(
                component, hasMeans ? Find(_means, tables >> 4) : null, hasDetails ? Find(_details, tables & 15) : null);
            component.Quantisation ??= Find(_quantisation, component.QuantisationIndex);
        }

        return components.DistinctBy(component => component.Component).Count() == count
            ? new JpegScan(frame, components, band, _restartInterval)
            : throw new InvalidDataException("has a scan that names a component twice");
    }

    private static void Check((int First, int Last, int KnownBit, int Bit) band, JpegFrame frame, int count)
    {
        bool fits = frame.IsProgressive
            ? band.Last < JpegComponent.BlockSize && band.First <= band.Last && (band.First > 0 || band.Last == 0)
                && (band.First == 0 || count == 1) && band.Bit <= 13 && (band.KnownBit == 0 || band.KnownBit == band.Bit + 1)
            : band is (0, JpegComponent.BlockSize - 1, 0, 0);
        if (!fits)
        {
            throw new InvalidDataException($"has a scan of impossible coefficients, {band}");
        }
    }

    private static T Find<T>(T?[] tables, int index)
        where T : class => index < TableCount && tables[index] is T table
        ? table
        : throw new InvalidDataException($"lacks a table, number {index}");

    private void ReadQuantisation(ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            int bytes = (data[0] >> 4) + 1, index = data[0] & 15, length = 1 + (bytes * JpegComponent.BlockSize);
            if (bytes > 2 || index >= TableCount || data.Length < length)
            {
                throw new InvalidDataException("has a damaged quantisation table");
            }

            var table = new ushort[JpegComponent.BlockSize];
            for (int entry = 0; entry < table.Length; entry++)
            {
                table[entry] = bytes == 1 ? data[1 + entry] : BinaryPrimitives.ReadUInt16BigEndian(data[(1 + (2 * entry))..]);
            }

            _quantisation[index] = table;
            data = data[length..];
        }
    }

    private void ReadHuffman(ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            int kind = data[0] >> 4, index = data[0] & 15, count = 0;
            const int header = 1 + JpegHuffmanTable.MaxLength;
            for (int length = 1; length < Math.Min(header, data.Length); length++)
            {
                count += data[length];
            }

            if (kind > 1 || index >= TableCount || count > 256 || data.Length < header + count)
            {
                throw new InvalidDataException("has a damaged Huffman table");
            }

            (kind == 0 ? _means : _details)[index] =
                new JpegHuffmanTable(data[1..header], data.Slice(header, count));
            data = data[(header + count)..];
        }
    }
}
