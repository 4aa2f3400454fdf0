namespace Polymath.Learning;

/// <summary>A field that opens models which other programs wrote: a capability of some fields.</summary>
public interface IModelOpener : IField
{
    /// <summary>Whether a file or folder is such a model.</summary>
    bool IsModel(string path);

    /// <summary>The recipe that starts from such a model.</summary>
    Recipe RecipeOf(string path);
}
