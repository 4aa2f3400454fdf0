using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Polymath.Formats.Gguf;

/// <summary>The keys and values of a file to be written, in the order in which they are added.</summary>
public sealed class GgufMetadata
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly HashSet<string> _keys = [];

    /// <summary>How many keys there are.</summary>
    public int Count => _keys.Count;

    /// <summary>The pairs as the file holds them.</summary>
    internal ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    /// <summary>Adds a text.</summary>
    /// <exception cref="ArgumentException">The key is there already or too long, or the text has no UTF-8 form.</exception>
    public void Add(string key, string value)
    {
        Begin(key, GgufValueType.Text);
        WriteText(_bytes, value);
    }

    /// <summary>Adds a whole number.</summary>
    /// <inheritdoc cref="Add(string, string)" path="/exception"/>
    public void Add(string key, uint value)
    {
        Begin(key, GgufValueType.UInt32);
        WriteUInt32(_bytes, value);
    }

    /// <summary>Adds a binary32.</summary>
    /// <inheritdoc cref="Add(string, string)" path="/exception"/>
    public void Add(string key, float value)
    {
        Begin(key, GgufValueType.Float32);
        WriteUInt32(_bytes, BitConverter.SingleToUInt32Bits(value));
    }

    /// <summary>Adds a truth value.</summary>
    /// <inheritdoc cref="Add(string, string)" path="/exception"/>
    public void Add(string key, bool value)
    {
        Begin(key, GgufValueType.Boolean);
        _bytes.Write([value ? (byte)1 : (byte)0]);
    }

    /// <summary>Adds an array of texts.</summary>
    /// <inheritdoc cref="Add(string, string)" path="/exception"/>
    public void Add(string key, IReadOnlyList<string> values)
    {
        BeginArray(key, GgufValueType.Text, values.Count);
        foreach (string value in values)
        {
            WriteText(_bytes, value);
        }
    }

    /// <summary>Adds an array of whole numbers.</summary>
    /// <inheritdoc cref="Add(string, string)" path="/exception"/>
    public void Add(string key, IReadOnlyList<int> values)
    {
        BeginArray(key, GgufValueType.Int32, values.Count);
        foreach (int value in values)
        {
            WriteUInt32(_bytes, (uint)value);
        }
    }

    /// <summary>Adds an array of binary32.</summary>
    /// <inheritdoc cref="Add(string, string)" path="/exception"/>
    public void Add(string key, IReadOnlyList<float> values)
    {
        BeginArray(key, GgufValueType.Float32, values.Count);
        foreach (float value in values)
        {
            WriteUInt32(_bytes, BitConverter.SingleToUInt32Bits(value));
        }
    }

    /// <summary>Appends a number of 32 bits.</summary>
    internal static void WriteUInt32(IBufferWriter<byte> bytes, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.GetSpan(sizeof(uint)), value);
        bytes.Advance(sizeof(uint));
    }

    /// <summary>Appends a number of 64 bits.</summary>
    internal static void WriteUInt64(IBufferWriter<byte> bytes, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.GetSpan(sizeof(ulong)), value);
        bytes.Advance(sizeof(ulong));
    }

    /// <summary>Appends a text with its length before it.</summary>
    internal static void WriteText(IBufferWriter<byte> bytes, string text)
    {
        byte[] utf8 = StrictUtf8.GetBytes(text);
        WriteUInt64(bytes, (ulong)utf8.Length);
        bytes.Write(utf8);
    }

    private void BeginArray(string key, GgufValueType itemType, int count)
    {
        Begin(key, GgufValueType.Array);
        WriteUInt32(_bytes, (uint)itemType);
        WriteUInt64(_bytes, (ulong)count);
    }

    private void Begin(string key, GgufValueType type)
    {
        if (key.Length == 0 || StrictUtf8.GetByteCount(key) > GgufLimits.MaxKeyBytes)
        {
            throw new ArgumentException($"a key has 1 to {GgufLimits.MaxKeyBytes} bytes", nameof(key));
        }

        if (!_keys.Add(key))
        {
            throw new ArgumentException($"key {key} occurs twice", nameof(key));
        }

        WriteText(_bytes, key);
        WriteUInt32(_bytes, (uint)type);
    }
}
