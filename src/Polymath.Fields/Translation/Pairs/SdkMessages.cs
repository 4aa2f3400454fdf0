using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Polymath.Compute;
using Polymath.Fields.Data;

namespace Polymath.Fields.Translation.Pairs;

/// <summary>
/// The messages of the .NET SDK's own tools in 13 languages beside English: the satellite assemblies of resources,
/// paired with the neutral resources of their main assembly by assembly, resource and key.
/// </summary>
internal sealed class SdkMessages : IPairSource
{
    /// <summary>Its name on the command line.</summary>
    public const string DataName = "dotnet-messages";

    private const string SatelliteEnd = ".resources.dll";

    /// <inheritdoc/>
    public string Name => DataName;

    /// <inheritdoc/>
    public IEnumerable<SentencePair> Read(Action<string> damage)
    {
        string root = DotnetInstallation.Find(candidate => NewestSdk(candidate) is not null)
            ?? throw new InvalidInputException(
                $"The pairs {DataName} need the .NET SDK, whose sdk folder holds messages in several languages, and none "
                + "was found: install the SDK, or set DOTNET_ROOT to the folder that holds it.");
        return ReadSdk(NewestSdk(root)!, damage);
    }

    /// <summary>The pairs of one SDK's folder, in the ordinal order of its files.</summary>
    internal static IEnumerable<SentencePair> ReadSdk(string sdk, Action<string> damage)
    {
        string[] satellites = [.. Directory.EnumerateFiles(sdk, "*" + SatelliteEnd, SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)];
        var neutral = new Dictionary<string, Dictionary<string, string>>();
        foreach (string satellite in satellites)
        {
            string folder = Path.GetDirectoryName(satellite)!;
            string language = Path.GetFileName(folder);
            string main = Path.Combine(
                Path.GetDirectoryName(folder)!, Path.GetFileName(satellite)[..^SatelliteEnd.Length] + ".dll");
            if (!LanguageTag.IsValid(language) || !File.Exists(main))
            {
                continue;
            }

            if (!neutral.TryGetValue(main, out Dictionary<string, string>? english))
            {
                neutral[main] = english = TryRead(main, null, damage);
            }

            foreach ((string key, string text) in TryRead(satellite, language, damage))
            {
                if (english.TryGetValue(key, out string? source))
                {
                    yield return new SentencePair("en", language, source, text, DataName);
                }
            }
        }
    }

    private static string? NewestSdk(string root)
    {
        string folder = Path.Combine(root, "sdk");
        return !Directory.Exists(folder)
            ? null
            : Directory.EnumerateDirectories(folder)
                .Where(sdk => Directory.EnumerateFiles(sdk, "*" + SatelliteEnd, SearchOption.AllDirectories).Any())
                .MaxBy(sdk => Version.TryParse(Path.GetFileName(sdk).Split('-')[0], out Version? version) ? version : new Version());
    }

    private static Dictionary<string, string> TryRead(string path, string? language, Action<string> damage)
    {
        try
        {
            return ReadAssembly(path, language);
        }
        catch (Exception fault) when (fault is InvalidInputException or BadImageFormatException or IOException
            or OverflowException or UnauthorizedAccessException)
        {
            damage(fault is InvalidInputException ? fault.Message : $"{path}: {fault.Message}");
            return [];
        }
    }

    // Text by resource and key; the language is no part of the resource's name.
    private static unsafe Dictionary<string, string> ReadAssembly(string path, string? language)
    {
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var image = new PEReader(File.OpenRead(path));
        if (!image.HasMetadata || image.PEHeaders.CorHeader is not { } header)
        {
            return [];
        }

        MetadataReader metadata = image.GetMetadataReader();
        PEMemoryBlock block = image.GetSectionData(header.ResourcesDirectory.RelativeVirtualAddress);
        foreach (ManifestResourceHandle handle in metadata.ManifestResources)
        {
            ManifestResource resource = metadata.GetManifestResource(handle);
            string name = metadata.GetString(resource.Name);
            if (!resource.Implementation.IsNil || !name.EndsWith(".resources", StringComparison.Ordinal))
            {
                continue;
            }

            BlobReader reader = block.GetReader(checked((int)resource.Offset), checked(block.Length - (int)resource.Offset));
            int length = reader.ReadInt32();
            byte[] bytes = reader.ReadBytes(length);
            string end = language is null ? ".resources" : $".{language}.resources";
            string neutralName = name.EndsWith(end, StringComparison.Ordinal) ? name[..^end.Length] : name;
            foreach ((string key, string text) in ResourceStrings.Read(bytes, $"{path}, {name}"))
            {
                texts[$"{neutralName}\n{key}"] = text;
            }
        }

        return new Dictionary<string, string>(texts);
    }
}
