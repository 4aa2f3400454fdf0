namespace Polymath.Fields.Translation.Pairs;

/// <summary>Where pairs of texts come from.</summary>
internal interface IPairSource
{
    /// <summary>What reports call it.</summary>
    string Name { get; }

    /// <summary>The pairs, always in the same order.</summary>
    /// <param name="damage">Is told of what is left out because it is damaged, one sentence each.</param>
    /// <exception cref="Compute.InvalidInputException">The data are missing or damaged; names file and line.</exception>
    IEnumerable<SentencePair> Read(Action<string> damage);
}
