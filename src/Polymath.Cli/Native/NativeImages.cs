using System.Runtime.CompilerServices;
using Polymath.Compute;
using Polymath.Compute.Cpu;

namespace Polymath.Cli.Native;

/// <summary>
/// The images for better processors that a published program carries behind its own. Code compiled ahead of time cannot
/// ask at run time for wider vectors than its baseline has, so the published file is the program three times: it starts
/// as the baseline, looks at the processor, and goes on as the best image that fits.
/// </summary>
internal static class NativeImages
{
    /// <summary>The environment variable that keeps the program to a lesser level, by the level's name.</summary>
    public const string VariableName = "POLYMATH_PROCESSOR";

    /// <summary>
    /// Goes on as the best image that this file carries for this processor; returns where that is the one that runs.
    /// </summary>
    /// <param name="arguments">The arguments of the program.</param>
    /// <exception cref="InvalidInputException">The environment asks for a level that is none.</exception>
    public static void ContinueAsBest(string[] arguments)
    {
        // What the runtime compiles at run time is compiled for this very processor.
        if (RuntimeFeature.IsDynamicCodeSupported || !OperatingSystem.IsLinux() || Environment.ProcessPath is not string path)
        {
            return;
        }

        ProcessorLevel most = Limit(Environment.GetEnvironmentVariable(VariableName), ProcessorLevels.Current);
        using FileStream? file = TryOpen(path);
        if (file is not null && NativeImageIndex.Read(file).Where(image => image.Level <= most).MaxBy(image => image.Level)
            is NativeImage best)
        {
            ImageExecution.TryReplaceProcess(file.SafeFileHandle, best.Offset, best.Length, arguments);
        }
    }

    /// <summary>The lesser of the level that is asked for and the processor's; null or empty asks for nothing.</summary>
    /// <exception cref="InvalidInputException">The name is of no level.</exception>
    internal static ProcessorLevel Limit(string? name, ProcessorLevel current)
    {
        if (string.IsNullOrEmpty(name))
        {
            return current;
        }

        return ProcessorLevels.Find(name) is ProcessorLevel asked
            ? (ProcessorLevel)Math.Min((int)asked, (int)current)
            : throw new InvalidInputException(
                $"{VariableName} is '{name}', expected one of: "
                + string.Join(", ", Enum.GetValues<ProcessorLevel>().Select(ProcessorLevels.NameOf)));
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // An image in memory has no path, and carries no other.
            return null;
        }
    }
}
