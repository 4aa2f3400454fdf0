namespace Polymath.Compute;

/// <summary>
/// The user's input is bad: an argument, a recipe, a file. The message is one sentence that names the thing and
/// what was expected; the command line prints it as it is and exits with 2.
/// </summary>
public sealed class InvalidInputException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public InvalidInputException()
    {
    }

    /// <summary>Creates the exception with the sentence that the user reads.</summary>
    public InvalidInputException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the sentence that the user reads and what caused it.</summary>
    public InvalidInputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
