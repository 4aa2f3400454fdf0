namespace Polymath.Compute;

/// <summary>All that is wrong with an input, a sentence each: said at once, before work starts.</summary>
public static class FaultList
{
    /// <summary>Appends a sentence unless what it demands holds.</summary>
    public static void Require(this ICollection<string> faults, bool holds, string sentence)
    {
        if (!holds)
        {
            faults.Add(sentence);
        }
    }
}
