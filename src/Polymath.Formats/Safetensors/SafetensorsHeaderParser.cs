using System.Text.Json;
using Polymath.Compute;
using Polymath.Formats.Json;

namespace Polymath.Formats.Safetensors;

/// <summary>
/// Reads the header's JSON in one pass, without a document in memory, so that what is held is bounded by
/// <see cref="SafetensorsLimits"/> and not by what a hostile header repeats.
/// </summary>
internal ref struct SafetensorsHeaderParser
{
    private const string MetadataKey = "__metadata__";

    private readonly ReadOnlySpan<byte> _utf8;
    private readonly string _source;
    private readonly HashSet<string> _names = [];
    private bool _hasMetadata;
    private Utf8JsonReader _reader;

    public SafetensorsHeaderParser(ReadOnlySpan<byte> utf8, string source)
    {
        _utf8 = utf8;
        _source = source;
        _reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = SafetensorsLimits.MaxHeaderDepth });
    }

    public List<SafetensorsHeaderEntry> Entries { get; } = [];

    public Dictionary<string, string> Metadata { get; } = [];

    public void Parse()
    {
        StrictJson.RequireUtf8(_utf8, _source);
        try
        {
            _reader.Read();
            while (NextKey(out string name))
            {
                if (name == MetadataKey)
                {
                    ParseMetadata();
                }
                else
                {
                    ParseTensor(name);
                }
            }

            _reader.Read();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw StrictJson.Refusal(_utf8, _source, SafetensorsLimits.MaxHeaderDepth, fault);
        }
    }

    private void ParseMetadata()
    {
        if (_hasMetadata)
        {
            throw Fault("holds the key '__metadata__' twice");
        }

        _hasMetadata = true;
        Expect(JsonTokenType.StartObject, "'__metadata__' must be an object");
        while (NextKey(out string key))
        {
            Expect(JsonTokenType.String, $"'__metadata__' entry {Quotation.Of(key)} must be a string");
            if (!Metadata.TryAdd(key, _reader.GetString()!))
            {
                throw Fault($"holds '__metadata__' entry {Quotation.Of(key)} twice");
            }

            if (Metadata.Count > SafetensorsLimits.MaxMetadataCount)
            {
                throw Fault($"holds more than {SafetensorsLimits.MaxMetadataCount} '__metadata__' entries");
            }
        }
    }

    private void ParseTensor(string name)
    {
        if (!_names.Add(name))
        {
            throw Fault($"holds tensor {Quotation.Of(name)} twice");
        }

        if (_names.Count > SafetensorsLimits.MaxTensorCount)
        {
            throw Fault($"holds more than {SafetensorsLimits.MaxTensorCount} tensors, which is the limit");
        }

        string? dataType = null;
        long[]? shape = null;
        long[]? offsets = null;
        Expect(JsonTokenType.StartObject, $"tensor {Quotation.Of(name)} must be an object");
        while (NextKey(out string key))
        {
            switch (key)
            {
                case "dtype" when dataType is null:
                    Expect(JsonTokenType.String, $"tensor {Quotation.Of(name)} must have a string as dtype");
                    dataType = _reader.GetString()!;
                    break;
                case "shape" when shape is null:
                    shape = ParseNumbers(name, key, SafetensorsLimits.MaxRank);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ParseNumbers(name, key, maxCount: 2);
                    break;
                default:
                    string fault = key is "dtype" or "shape" or "data_offsets" ? "twice" : "which is unknown";
                    throw Fault($"holds tensor {Quotation.Of(name)} with the key {Quotation.Of(key)} {fault}");
            }
        }

        if (dataType is null || shape is null || offsets is not { Length: 2 })
        {
            throw Fault($"holds tensor {Quotation.Of(name)} without dtype, shape and two data_offsets");
        }

        Add(name, dataType, shape, offsets[0], offsets[1]);
    }

    private readonly void Add(string name, string dataTypeName, long[] shape, long begin, long end)
    {
        if (!SafetensorsDataTypes.TryParse(dataTypeName, out DataType dataType))
        {
            throw Fault(
                $"holds tensor {Quotation.Of(name)} of data type {Quotation.Of(dataTypeName)}, expected one of " +
                SafetensorsDataTypes.Known);
        }

        if (!TryMultiply(shape, dataType.SizeInBytes(), out long elementCount))
        {
            throw Fault($"holds tensor {Quotation.Of(name)} whose shape overflows 64 bits");
        }

        long byteCount = elementCount * dataType.SizeInBytes();
        if (begin > end || end - begin != byteCount)
        {
            throw Fault(
                $"holds tensor {Quotation.Of(name)} with data_offsets [{begin}, {end}], but its shape and dtype " +
                $"need {byteCount} bytes");
        }

        Entries.Add(new SafetensorsHeaderEntry(name, dataType, shape, elementCount, begin, end));
    }

    /// <summary>
    /// The number of elements, where neither it nor its bytes overflow. A dimension of zero does not excuse the
    /// others: whoever multiplies only some of them must be safe too.
    /// </summary>
    private static bool TryMultiply(long[] shape, int elementBytes, out long elementCount)
    {
        long product = 1;
        bool empty = false;
        elementCount = 0;
        foreach (long dimension in shape)
        {
            if (dimension == 0)
            {
                empty = true;
            }
            else if (product > long.MaxValue / elementBytes / dimension)
            {
                return false;
            }
            else
            {
                product *= dimension;
            }
        }

        elementCount = empty ? 0 : product;
        return true;
    }

    private long[] ParseNumbers(string name, string key, int maxCount)
    {
        List<long> numbers = [];
        Expect(JsonTokenType.StartArray, $"tensor {Quotation.Of(name)} must have a list as {key}");
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetInt64(out long number) || number < 0)
            {
                throw Fault(
                    $"holds tensor {Quotation.Of(name)} whose {key} must be whole numbers from 0 to {long.MaxValue}");
            }

            if (numbers.Count == maxCount)
            {
                throw Fault($"holds tensor {Quotation.Of(name)} whose {key} has more than {maxCount} numbers");
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }

    private bool NextKey(out string key)
    {
        _reader.Read();
        bool found = _reader.TokenType == JsonTokenType.PropertyName;
        key = found ? _reader.GetString()! : "";
        return found;
    }

    private void Expect(JsonTokenType type, string rule)
    {
        _reader.Read();
        if (_reader.TokenType != type)
        {
            throw new InvalidInputException($"{_source}: {rule}");
        }
    }

    private readonly InvalidInputException Fault(string fault) => new($"{_source}: the header {fault}");
}
