using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Polymath.Formats.Tokenizers.Normalizing;

/// <summary>
/// Brings UTF-8 text into normalisation form C (UAX #15). Text is copied as it stands except around scalars that
/// combine or decompose: only the stretch from the stable scalar before them to the next stable one is taken apart, put
/// in canonical order and composed. Bytes that are not UTF-8 pass unchanged and separate what stands around them.
/// </summary>
internal sealed class CanonicalComposer
{
    private const int IllFormed = -1;

    // A mark sorts by its class, then by its place: (class, place, scalar) in one key keeps the sort stable.
    private const int ScalarBits = 21;
    private const int PlaceBits = 32;

    private readonly CanonicalEquivalence _tables = CanonicalEquivalence.Tables;
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly List<int> _scalars = [];
    private readonly List<ulong> _marks = [];

    /// <summary>
    /// The text in form C: <paramref name="utf8"/> itself where nothing in it combines or decomposes, else a buffer
    /// that the next call uses again.
    /// </summary>
    public ReadOnlySpan<byte> Compose(ReadOnlySpan<byte> utf8)
    {
        _output.ResetWrittenCount();
        int copied = 0;
        int boundary = 0;
        int index = 0;
        while (index < utf8.Length)
        {
            int ascii = AsciiLength(utf8[index..]);
            if (ascii > 0)
            {
                index += ascii;
                boundary = index - 1;
                continue;
            }

            int start = index;
            int scalar = Decode(utf8, ref index);
            if (scalar == IllFormed)
            {
                boundary = index;
            }
            else if (_tables.IsStable(scalar))
            {
                boundary = start;
            }
            else
            {
                index = UnstableEnd(utf8, index);
                _output.Write(utf8[copied..boundary]);
                ComposeStretch(utf8[boundary..index]);
                copied = boundary = index;
            }
        }

        if (copied == 0)
        {
            return utf8;
        }

        _output.Write(utf8[copied..]);
        return _output.WrittenSpan;
    }

    private static int AsciiLength(ReadOnlySpan<byte> utf8)
    {
        int length = utf8.IndexOfAnyInRange((byte)0x80, (byte)0xFF);
        return length < 0 ? utf8.Length : length;
    }

    private static int Decode(ReadOnlySpan<byte> utf8, ref int index)
    {
        OperationStatus status = Rune.DecodeFromUtf8(utf8[index..], out Rune scalar, out int length);
        index += length;
        return status == OperationStatus.Done ? scalar.Value : IllFormed;
    }

    private int UnstableEnd(ReadOnlySpan<byte> utf8, int index)
    {
        while (index < utf8.Length)
        {
            int next = index;
            int scalar = Decode(utf8, ref next);
            if (scalar == IllFormed || _tables.IsStable(scalar))
            {
                break;
            }

            index = next;
        }

        return index;
    }

    private void ComposeStretch(ReadOnlySpan<byte> utf8)
    {
        _scalars.Clear();
        for (int index = 0; index < utf8.Length;)
        {
            _tables.Decompose(Decode(utf8, ref index), _scalars);
        }

        OrderMarks();
        int count = ComposePairs();
        for (int i = 0; i < count; i++)
        {
            int length = new Rune(_scalars[i]).EncodeToUtf8(_output.GetSpan(4));
            _output.Advance(length);
        }
    }

    /// <summary>Sorts each run of combining marks by combining class; marks of one class keep their order.</summary>
    private void OrderMarks()
    {
        for (int start = 0; start < _scalars.Count; start++)
        {
            _marks.Clear();
            while (start + _marks.Count < _scalars.Count)
            {
                int scalar = _scalars[start + _marks.Count];
                int combiningClass = _tables.CombiningClass(scalar);
                if (combiningClass == 0)
                {
                    break;
                }

                ulong order = ((ulong)combiningClass << PlaceBits) | (uint)_marks.Count;
                _marks.Add((order << ScalarBits) | (uint)scalar);
            }

            if (_marks.Count > 1)
            {
                _marks.Sort();
                for (int i = 0; i < _marks.Count; i++)
                {
                    _scalars[start + i] = (int)(_marks[i] & ((1u << ScalarBits) - 1));
                }
            }

            start += _marks.Count;
        }
    }

    /// <summary>Joins each scalar to the last starter where the pair composes and nothing between blocks it.</summary>
    /// <returns>How many scalars are left at the front of the list.</returns>
    private int ComposePairs()
    {
        int count = 0;
        int starter = -1;
        int lastClass = 0;
        foreach (int scalar in CollectionsMarshal.AsSpan(_scalars))
        {
            int combiningClass = _tables.CombiningClass(scalar);
            bool isBlocked = starter < 0 || (count > starter + 1 && lastClass >= combiningClass);
            if (!isBlocked && _tables.Compose(_scalars[starter], scalar) is >= 0 and int composed)
            {
                _scalars[starter] = composed;
                continue;
            }

            starter = combiningClass == 0 ? count : starter;
            lastClass = combiningClass;
            _scalars[count++] = scalar;
        }

        return count;
    }
}
