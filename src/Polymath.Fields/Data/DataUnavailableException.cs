namespace Polymath.Fields.Data;

/// <summary>
/// A data set cannot be had now: no network, a tool is missing, or other contents are served than those pinned. The
/// message is one sentence that says what to install or do. The command line prints it and exits with 1.
/// </summary>
public sealed class DataUnavailableException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public DataUnavailableException()
    {
    }

    /// <summary>Creates the exception with the sentence that the user reads.</summary>
    public DataUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the sentence that the user reads and what caused it.</summary>
    public DataUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
