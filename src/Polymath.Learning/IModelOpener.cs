namespace Polymath.Learning;

/// <summary>A field that opens models which other programs wrote: a capability of some fields.</summary>
public interface IModelOpener : IField
{
    /// <summary>Whether a folder holds such a model.</summary>
    bool IsModel(string folder);

    /// <summary>The recipe that starts from the model in a folder.</summary>
    Recipe RecipeOf(string folder);
}
