namespace Polymath.Learning;

/// <summary>
/// The source of examples is gone: a simulator died or answers nonsense. Nothing was learnt from what is missing, so that
/// the run is kept as it is. The message is a sentence that says what went wrong.
/// </summary>
public sealed class ExperienceFailedException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public ExperienceFailedException()
    {
    }

    /// <summary>Creates the exception with the sentence that the user reads.</summary>
    public ExperienceFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the sentence that the user reads and what caused it.</summary>
    public ExperienceFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
