using System.Text;

namespace Polymath.Cli.Terminal;

/// <summary>Leaves out the blanks at the ends of lines, with which tables are filled up to their width.</summary>
internal sealed class TrimmingWriter(TextWriter inner) : TextWriter
{
    private int _blanks;

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value)
    {
        if (value == ' ')
        {
            _blanks++;
            return;
        }

        for (; _blanks > 0; _blanks--)
        {
            if (value is not ('\n' or '\r'))
            {
                inner.Write(' ');
            }
        }

        inner.Write(value);
    }

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();
}
