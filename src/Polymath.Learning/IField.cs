using System.Text.Json.Serialization.Metadata;

namespace Polymath.Learning;

/// <summary>Data that a field knows by a name.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Description">What it is, in one line.</param>
public sealed record FieldData(string Name, string Description);

/// <summary>What a trained network is used for: a command that takes a run.</summary>
/// <param name="Purpose">What it does, such as <c>continue a text</c>.</param>
/// <param name="Command">The command, such as <c>generate</c>.</param>
/// <param name="Arguments">What stands behind the run.</param>
public sealed record FieldUse(string Purpose, string Command, string Arguments);

/// <summary>
/// A field that can be learnt: a plug-in that says where experience comes from, how it becomes positions for the
/// trunk, what the objective is, and how mastery is examined. Everything else is shared.
/// </summary>
public interface IField
{
    /// <summary>Its name on the command line.</summary>
    string Name { get; }

    /// <summary>What is learnt from what, in one sentence.</summary>
    string Summary { get; }

    /// <summary>The data that it knows by name, the default first.</summary>
    IReadOnlyList<FieldData> Data => [];

    /// <summary>What its trained networks are used for.</summary>
    IReadOnlyList<FieldUse> Uses => [];

    /// <summary>Published or measured figures to compare with.</summary>
    IReadOnlyList<ReferenceFigure> References { get; }

    /// <summary>The complete recipe that is used where the user says nothing.</summary>
    Recipe DefaultRecipe { get; }

    /// <summary>How the recipe is read and written as JSON.</summary>
    JsonTypeInfo RecipeType { get; }

    /// <summary>
    /// Prepares a recipe's data and reserves the network's memory; the caller commits the plan afterwards.
    /// </summary>
    /// <param name="recipe">A valid recipe of this field.</param>
    /// <param name="context">What the session is made with.</param>
    /// <exception cref="Compute.InvalidInputException">The data are missing, damaged or too small.</exception>
    IFieldSession Open(Recipe recipe, SessionContext context);
}
