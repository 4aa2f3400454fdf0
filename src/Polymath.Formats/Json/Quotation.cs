using System.Text;

namespace Polymath.Formats.Json;

/// <summary>Quotes untrusted text for a message: short, on one line, without control characters.</summary>
public static class Quotation
{
    // Enough to recognise any real tensor name or key; a hostile one may have millions of characters.
    private const int MaxLength = 96;

    /// <summary>The text in single quotes, cut after <see cref="MaxLength"/> characters.</summary>
    public static string Of(string text)
    {
        StringBuilder quoted = new("'");
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, MaxLength)))
        {
            if (char.IsControl(c) || char.IsSurrogate(c))
            {
                quoted.Append("\\u").Append(((int)c).ToString("x4"));
            }
            else
            {
                quoted.Append(c);
            }
        }

        return quoted.Append(text.Length > MaxLength ? "…'" : "'").ToString();
    }
}
