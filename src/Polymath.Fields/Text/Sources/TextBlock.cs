namespace Polymath.Fields.Text.Sources;

/// <summary>A stretch of one document's text, small enough to hold in memory.</summary>
/// <param name="Document">The document's name: a file's path or a type's name.</param>
/// <param name="StartsDocument">
/// Whether the document, or the part of it on this side of the split, begins here; false for the later blocks of a
/// long one.
/// </param>
/// <param name="Utf8">
/// Well-formed UTF-8, cut between characters. Valid until the next block is asked for: the buffer is used again.
/// </param>
public readonly record struct TextBlock(string Document, bool StartsDocument, ReadOnlyMemory<byte> Utf8);
