using Polymath.Compute;
using Polymath.Fields.Games;
using Polymath.Fields.Imagery;
using Polymath.Fields.Text;
using Polymath.Fields.Translation;
using Polymath.Fields.Vision;
using Polymath.Learning;

namespace Polymath.Cli;

/// <summary>The fields that can be learnt: a new one is a line here.</summary>
internal static class FieldCatalogue
{
    /// <summary>All fields.</summary>
    public static IReadOnlyList<IField> All { get; } =
    [
        new TextField(), new VisionField(), new TranslationField(), new GamesField(), new ImageryField(new VisionField()),
    ];

    /// <summary>Their names, for a sentence.</summary>
    public static string Names => string.Join(", ", All.Select(known => known.Name));

    /// <summary>The field of that name.</summary>
    /// <exception cref="InvalidInputException">There is none.</exception>
    public static IField Find(string name) => All.FirstOrDefault(field => field.Name == name)
        ?? throw new InvalidInputException($"unknown field '{name}', expected one of: {Names}");
}
