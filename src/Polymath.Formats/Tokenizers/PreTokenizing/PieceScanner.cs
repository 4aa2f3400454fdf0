using System.Runtime.CompilerServices;

namespace Polymath.Formats.Tokenizers.PreTokenizing;

/// <summary>
/// Finds where the next piece ends, by hand what the published regular expressions say (see
/// <see cref="PiecePatterns"/>), on UTF-8 and in one pass. A run of bytes that are not UTF-8 is a piece of its own,
/// which counts as something visible to the white space before it.
/// </summary>
internal static class PieceScanner
{
    /// <summary>End of the piece that starts at <paramref name="start"/>; more than it while text is left.</summary>
    public static int End(PreTokenization preTokenization, ReadOnlySpan<byte> utf8, int start) => preTokenization switch
    {
        PreTokenization.Gpt2 => EndByGpt2(utf8, start),
        PreTokenization.Llama3 => EndByLlama3(utf8, start, maxDigits: 3),
        PreTokenization.Qwen => EndByLlama3(utf8, start, maxDigits: 1),
        _ => utf8.Length,
    };

    private static int EndByGpt2(ReadOnlySpan<byte> utf8, int start)
    {
        ScalarClass kind = ScalarClasses.At(utf8, start, out int length);
        int runStart = start;
        if (utf8[start] == ' ')
        {
            ScalarClass following = ScalarClasses.At(utf8, start + 1, out int followingLength);
            if (following <= ScalarClass.Number)
            {
                (kind, length, runStart) = (following, followingLength, start + 1);
            }
        }
        else if (utf8[start] == '\'' && ContractionLength(utf8[start..], ignoreCase: false) is > 0 and int contraction)
        {
            return start + contraction;
        }

        return kind is ScalarClass.Space or ScalarClass.Newline
            ? WhiteSpaceEnd(utf8, start, newlinesApart: false)
            : RunEnd(utf8, runStart + length, kind);
    }

    private static int EndByLlama3(ReadOnlySpan<byte> utf8, int start, int maxDigits)
    {
        ScalarClass kind = ScalarClasses.At(utf8, start, out int length);
        int next = start + length;
        switch (kind)
        {
            case ScalarClass.Letter or ScalarClass.Invalid:
                return RunEnd(utf8, next, kind);
            case ScalarClass.Number:
                return NumberEnd(utf8, next, maxDigits - 1);
            case ScalarClass.Newline:
                return WhiteSpaceEnd(utf8, start, newlinesApart: true);
            default:
                break;
        }

        if (utf8[start] == '\'' && ContractionLength(utf8[start..], ignoreCase: true) is > 0 and int contraction)
        {
            return start + contraction;
        }

        ScalarClass following = ScalarClasses.At(utf8, next, out int followingLength);
        if (following == ScalarClass.Letter)
        {
            return RunEnd(utf8, next + followingLength, ScalarClass.Letter);
        }

        if (kind == ScalarClass.Other || (utf8[start] == ' ' && following == ScalarClass.Other))
        {
            return RunEnd(utf8, RunEnd(utf8, next, ScalarClass.Other), ScalarClass.Newline);
        }

        return WhiteSpaceEnd(utf8, start, newlinesApart: true);
    }

    /// <summary>First place from <paramref name="index"/> on where the class is not <paramref name="kind"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int RunEnd(ReadOnlySpan<byte> utf8, int index, ScalarClass kind)
    {
        while (ScalarClasses.At(utf8, index, out int length) == kind)
        {
            index += length;
        }

        return index;
    }

    private static int NumberEnd(ReadOnlySpan<byte> utf8, int index, int remainingDigits)
    {
        while (remainingDigits-- > 0 && ScalarClasses.At(utf8, index, out int length) == ScalarClass.Number)
        {
            index += length;
        }

        return index;
    }

    /// <summary>
    /// The alternatives for white space, in their order: <c>\s*[\r\n]+</c> where asked, then <c>\s+(?!\S)</c>, then
    /// <c>\s+</c>. The middle one leaves the last character of a run to the word that follows.
    /// </summary>
    private static int WhiteSpaceEnd(ReadOnlySpan<byte> utf8, int start, bool newlinesApart)
    {
        int index = start;
        int lastStart = start;
        int newlineEnd = start;
        ScalarClass kind;
        while ((kind = ScalarClasses.At(utf8, index, out int length)) is ScalarClass.Space or ScalarClass.Newline)
        {
            lastStart = index;
            index += length;
            newlineEnd = kind == ScalarClass.Newline ? index : newlineEnd;
        }

        if (newlinesApart && newlineEnd > start)
        {
            return newlineEnd;
        }

        return kind == ScalarClass.End || lastStart == start ? index : lastStart;
    }

    /// <summary>Bytes of <c>'s 't 're 've 'm 'll 'd</c> at the start of the text, or 0.</summary>
    /// <remarks>
    /// With <paramref name="ignoreCase"/> the long s (U+017F) counts as s, as Unicode case folding has it and as the
    /// published tokenizers behave; .NET's own expressions do not fold it.
    /// </remarks>
    private static int ContractionLength(ReadOnlySpan<byte> utf8, bool ignoreCase)
    {
        if (utf8.Length < 2)
        {
            return 0;
        }

        int fold = ignoreCase ? 0x20 : 0;
        int first = utf8[1] | fold;
        if (first is 's' or 't' or 'm' or 'd')
        {
            return 2;
        }

        if (utf8.Length < 3)
        {
            return 0;
        }

        bool isLongS = ignoreCase && utf8[1] == 0xC5 && utf8[2] == 0xBF;
        int second = utf8[2] | fold;
        return isLongS || (first, second) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }
}
