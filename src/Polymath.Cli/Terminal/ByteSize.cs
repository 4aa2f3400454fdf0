namespace Polymath.Cli.Terminal;

/// <summary>Sizes as a person reads them.</summary>
internal static class ByteSize
{
    /// <summary>A size in the unit that gives it one to four digits.</summary>
    public static string Format(long bytes) => bytes switch
    {
        >= 1L << 30 => $"{bytes / (double)(1L << 30):F2} GiB",
        >= 1L << 20 => $"{bytes / (double)(1L << 20):F1} MiB",
        _ => $"{bytes / 1024.0:F0} KiB",
    };
}
