using System.Text;

namespace Polymath.Fields.Text;

/// <summary>Passes text on until a stop string is complete, holding back only what may yet become one.</summary>
public sealed class StopStringFilter
{
    private readonly IReadOnlyList<string> _stopStrings;
    private readonly Action<string> _write;
    private readonly StringBuilder _held = new();

    /// <summary>Creates the filter.</summary>
    public StopStringFilter(IReadOnlyList<string> stopStrings, Action<string> write)
    {
        _stopStrings = [.. stopStrings.Where(stop => stop.Length > 0)];
        _write = write;
    }

    /// <summary>Takes text in; false once a stop string has appeared: what is before it is written, nothing after it.</summary>
    public bool Write(string text)
    {
        if (text.Length == 0)
        {
            return true;
        }

        string pending = _held.Append(text).ToString();
        _held.Clear();
        int stop = FirstStop(pending);
        if (stop >= 0)
        {
            Emit(pending[..stop]);
            return false;
        }

        int kept = LongestBeginning(pending);
        Emit(pending[..^kept]);
        _held.Append(pending.AsSpan(pending.Length - kept));
        return true;
    }

    /// <summary>Writes what was held back, at the end: it is no whole stop string.</summary>
    public void Flush()
    {
        Emit(_held.ToString());
        _held.Clear();
    }

    private void Emit(string text)
    {
        if (text.Length > 0)
        {
            _write(text);
        }
    }

    // The stop string that is complete first, and of those the longest: what comes out does not depend on how the text
    // came in pieces.
    private int FirstStop(string text)
    {
        int first = -1, firstEnd = int.MaxValue;
        foreach (string stop in _stopStrings)
        {
            int index = text.IndexOf(stop, StringComparison.Ordinal), end = index + stop.Length;
            if (index >= 0 && (end < firstEnd || (end == firstEnd && index < first)))
            {
                (first, firstEnd) = (index, end);
            }
        }

        return first;
    }

    // The longest end of the text with which some stop string begins.
    private int LongestBeginning(string text)
    {
        int longest = 0;
        foreach (string stop in _stopStrings)
        {
            for (int length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (text.EndsWith(stop[..length], StringComparison.Ordinal))
                {
                    longest = length;
                }
            }
        }

        return longest;
    }
}
