namespace Polymath.Fields.Data;

/// <summary>An entry of the catalogue: real data that is fetched when asked for and pinned to the bit.</summary>
public sealed record DataSet
{
    /// <summary>The name on the command line: lower-case words joined by hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, in one line.</summary>
    public required string Description { get; init; }

    /// <summary>Under which licence it may be used.</summary>
    public required string Licence { get; init; }

    /// <summary>Where it comes from.</summary>
    public required DataOrigin Origin { get; init; }

    /// <summary>The bytes to download.</summary>
    public required long DownloadBytes { get; init; }

    /// <summary>How its files are made of what is downloaded, in one sentence.</summary>
    public required string Derivation { get; init; }

    /// <summary>What its folder holds when it is complete.</summary>
    public required DataContent Content { get; init; }

    /// <summary>Which files of the package are needed, by their paths within it.</summary>
    public required Predicate<string> IsWanted { get; init; }

    /// <summary>Makes the data set's files of the fetched ones.</summary>
    public required DataDerivation Derive { get; init; }
}

/// <summary>Makes a data set's files.</summary>
/// <param name="fetched">The folder that holds the wanted files of the package under their own paths.</param>
/// <param name="target">The folder to fill.</param>
/// <exception cref="InvalidDataException">The fetched files are not what the derivation was written for.</exception>
public delegate void DataDerivation(string fetched, string target);
