namespace Polymath.Cli.Terminal;

/// <summary>Text of unknown origin, made safe for a terminal: a network of bytes may write its commands.</summary>
internal static class VisibleText
{
    // Unicode's pictures of the control characters begin here, in the same order.
    private const char ControlPictures = '\u2400', DeletePicture = '\u2421';

    /// <summary>The text with every control character but line ends and tabs shown as a picture.</summary>
    public static string Of(string text) => string.Create(text.Length, text, static (shown, text) =>
    {
        for (int index = 0; index < text.Length; index++)
        {
            char character = text[index];
            shown[index] = character switch
            {
                '\n' or '\t' => character,
                < ' ' => (char)(ControlPictures + character),
                '\u007f' => DeletePicture,
                >= '\u0080' and <= '\u009f' => '\ufffd',
                _ => character,
            };
        }
    });
}
