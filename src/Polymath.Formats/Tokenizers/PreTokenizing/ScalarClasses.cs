using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Polymath.Formats.Tokenizers.PreTokenizing;

/// <summary>Looks up the class of the scalar at a place in UTF-8 text.</summary>
internal static class ScalarClasses
{
    private const int Plane0Count = 0x10000;

    /// <summary>Class of every scalar of the basic multilingual plane: nearly all text is one load away.</summary>
    private static readonly ScalarClass[] Plane0 = ClassifyPlane0();

    /// <summary>Class of the scalar that starts at <paramref name="index"/>, and its length in bytes.</summary>
    /// <returns>
    /// <see cref="ScalarClass.End"/> with length 0 at the end; <see cref="ScalarClass.Invalid"/> with the length of the
    /// maximal ill-formed sequence where the bytes do not decode.
    /// </returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarClass At(ReadOnlySpan<byte> utf8, int index, out int length)
    {
        if ((uint)index >= (uint)utf8.Length)
        {
            length = 0;
            return ScalarClass.End;
        }

        byte first = utf8[index];
        if (first < 0x80)
        {
            length = 1;
            return Plane0[first];
        }

        return BeyondAscii(utf8[index..], out length);
    }

    private static ScalarClass BeyondAscii(ReadOnlySpan<byte> utf8, out int length)
    {
        if (Rune.DecodeFromUtf8(utf8, out Rune scalar, out length) != OperationStatus.Done)
        {
            return ScalarClass.Invalid;
        }

        return scalar.Value < Plane0Count ? Plane0[scalar.Value] : Classify(scalar.Value);
    }

    private static ScalarClass[] ClassifyPlane0()
    {
        ScalarClass[] classes = new ScalarClass[Plane0Count];
        for (int scalar = 0; scalar < classes.Length; scalar++)
        {
            classes[scalar] = Classify(scalar);
        }

        return classes;
    }

    private static ScalarClass Classify(int scalar)
    {
        if (scalar is '\r' or '\n')
        {
            return ScalarClass.Newline;
        }

        if (scalar is >= '\t' and <= '\r' or 0x85)
        {
            return ScalarClass.Space;
        }

        return CharUnicodeInfo.GetUnicodeCategory(scalar) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => ScalarClass.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber
                or UnicodeCategory.OtherNumber => ScalarClass.Number,
            UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator => ScalarClass.Space,
            _ => ScalarClass.Other,
        };
    }
}
