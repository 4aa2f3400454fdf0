using Polymath.Networks;

namespace Polymath.Learning;

/// <summary>
/// Everything that decides a run, in one immutable record: the field's own recipe derives from it. Written to
/// <c>recipe.json</c>; the same recipe and the same data give the same bits.
/// </summary>
public abstract record Recipe
{
    /// <summary>The field's name.</summary>
    public abstract string Field { get; init; }

    /// <summary>The seed of all randomness.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How long to learn: <c>3m</c>, <c>2000steps</c>, <c>5e15flop</c>.</summary>
    public string Budget { get; init; } = "3m";

    /// <summary>Files, folders or data sets of the catalogue to learn from; empty: the field's default.</summary>
    public IReadOnlyList<string> Data { get; init; } = [];

    /// <summary>Whether a damaged item of the data ends the work; else it is named, counted and left out.</summary>
    public bool Strict { get; init; }

    /// <summary>The trunk.</summary>
    public TrunkRecipe Network { get; init; } = new();

    /// <summary>The optimiser and all around it.</summary>
    public LearningRecipe Learning { get; init; } = new();

    /// <summary>Appends a sentence for everything that is wrong, each naming its key.</summary>
    public virtual void Validate(ICollection<string> errors)
    {
        Network.Validate("network", errors);
        Learning.Validate("learning", errors);
        if (!Polymath.Learning.Budget.TryParse(Budget, out _, out string? error))
        {
            errors.Add(error);
        }
    }
}
