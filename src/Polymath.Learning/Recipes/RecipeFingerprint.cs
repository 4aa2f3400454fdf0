using System.IO.Hashing;
using System.Text;
using System.Text.Json.Nodes;

namespace Polymath.Learning;

/// <summary>A short mark of everything in a recipe that decides the parameters after a given step.</summary>
internal static class RecipeFingerprint
{
    // These decide how long is learnt and what is looked at and kept on the way; the budget is kept apart.
    private static readonly string[] WithoutEffect = ["examineEverySteps", "checkpointEverySteps", "keepLast"];

    /// <summary>The XXH128 of the recipe without the keys that leave the steps as they are.</summary>
    public static string Of(IField field, Recipe recipe)
    {
        JsonObject tree = RecipeDocument.ToTree(field, recipe);
        tree.Remove("budget");
        if (tree["learning"] is JsonObject learning)
        {
            foreach (string key in WithoutEffect)
            {
                learning.Remove(key);
            }
        }

        return Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(tree.ToJsonString())));
    }
}
