namespace Polymath.Fields.Text.Sources;

/// <summary>How much text one part of a source holds.</summary>
/// <param name="DocumentCount">The documents, whole or in part, on this side of the split.</param>
/// <param name="ByteCount">The bytes of UTF-8.</param>
public readonly record struct TextStatistics(int DocumentCount, long ByteCount);
