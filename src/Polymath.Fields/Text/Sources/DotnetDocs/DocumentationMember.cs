namespace Polymath.Fields.Text.Sources.DotnetDocs;

/// <summary>A documented type or member: its identifier and the paragraphs of its sections in reading order.</summary>
/// <param name="Id">The identifier.</param>
/// <param name="Paragraphs">Clean prose, one line each, never empty.</param>
internal sealed record DocumentationMember(DocumentationId Id, IReadOnlyList<Paragraph> Paragraphs);

/// <summary>A paragraph of prose.</summary>
/// <param name="Text">What a reader sees, one line.</param>
/// <param name="Key">
/// A hash of the words with labels, references to code, digits and case left out: paragraphs that differ only in
/// those share a key.
/// </param>
internal readonly record struct Paragraph(string Text, UInt128 Key);
