namespace Polymath.Fields.Data.RDatabases;

/// <summary>A value of the language R, as far as data packages need it.</summary>
internal abstract record RObject
{
    /// <summary>What names the elements of a list or vector, if anything does.</summary>
    public IReadOnlyList<string?>? Names { get; init; }
}

/// <summary>NULL, or something that data does not need: an environment, a namespace.</summary>
internal sealed record RNull : RObject;

/// <summary>A symbol's name.</summary>
internal sealed record RSymbol(string Name) : RObject;

/// <summary>Integers, logicals and factors' codes.</summary>
internal sealed record RIntegers(int[] Values) : RObject;

/// <summary>Double-precision numbers.</summary>
internal sealed record RDoubles(double[] Values) : RObject;

/// <summary>Strings; null is R's NA.</summary>
internal sealed record RStrings(string?[] Values) : RObject;

/// <summary>A list of values.</summary>
internal sealed record RList(IReadOnlyList<RObject> Values) : RObject
{
    /// <summary>The element of a name.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public RObject this[string name]
    {
        get
        {
            for (int i = 0; i < (Names?.Count ?? 0) && i < Values.Count; i++)
            {
                if (Names![i] == name)
                {
                    return Values[i];
                }
            }

            throw new InvalidDataException($"the list has no element {name}");
        }
    }
}
