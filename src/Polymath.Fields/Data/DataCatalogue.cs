using Polymath.Compute;
using Polymath.Fields.Images;
using Polymath.Fields.Text;
using Polymath.Fields.Translation;

namespace Polymath.Fields.Data;

/// <summary>All data sets that this program knows how to fetch: what fields share, and each field besides, adds a list here.</summary>
public static class DataCatalogue
{
    /// <summary>The data sets in the order of the fields, then of their names.</summary>
    public static IReadOnlyList<DataSet> All { get; } = [.. TextDataSets.All, .. ImageDataSets.All, .. TranslationDataSets.All];

    /// <summary>The data set of a name.</summary>
    /// <exception cref="InvalidInputException">There is none; lists the names.</exception>
    public static DataSet Find(string name) => Find(name, All);

    internal static DataSet Find(string name, IReadOnlyList<DataSet> all) =>
        all.FirstOrDefault(set => set.Name == name) ?? throw new InvalidInputException(
            $"There is no data set {name}; expected one of {string.Join(", ", all.Select(set => set.Name))}.");
}
