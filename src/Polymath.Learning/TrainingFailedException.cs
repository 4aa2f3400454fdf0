namespace Polymath.Learning;

/// <summary>
/// Training cannot go on: a loss that is no number, a full disk. The message is a sentence that names the step, what
/// went wrong and the last good checkpoint; the command line prints it as it is and exits with 1.
/// </summary>
public sealed class TrainingFailedException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public TrainingFailedException()
    {
    }

    /// <summary>Creates the exception with the sentence that the user reads.</summary>
    public TrainingFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the sentence that the user reads and what caused it.</summary>
    public TrainingFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
