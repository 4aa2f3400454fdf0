using Polymath.Compute;
using Polymath.Networks;

namespace Polymath.Learning;

/// <summary>What a session of a field is made with.</summary>
/// <param name="Kernels">What computes.</param>
/// <param name="Plan">Where memory is reserved.</param>
/// <param name="RunFolder">The run's folder: in training the field writes what a later session needs (a tokenizer)
/// there; otherwise it reads it there.</param>
/// <param name="Purpose">What the session is for.</param>
/// <param name="Notes">Where the field says what it does that takes long or matters: one line a call.</param>
public sealed record SessionContext(
    Kernels Kernels, MemoryPlan Plan, string RunFolder, SessionPurpose Purpose, Action<string> Notes)
{
    /// <summary>The clock, for what a field times.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>What a session is for, which decides what is prepared.</summary>
public enum SessionPurpose
{
    /// <summary>Data, gradients and examination.</summary>
    Training,

    /// <summary>Held-out data and the forward pass.</summary>
    Examination,

    /// <summary>The network alone: no data are needed.</summary>
    Inference,
}

/// <summary>One field with its recipe, data and network, ready to learn or to be examined.</summary>
public interface IFieldSession : IDisposable
{
    /// <summary>The recipe, with what was decided from the data (vocabulary size) filled in.</summary>
    Recipe Recipe { get; }

    /// <summary>The network.</summary>
    Network Network { get; }

    /// <summary>The batch that the experience fills.</summary>
    Batch Batch { get; }

    /// <summary>Where examples come from.</summary>
    IExperience Experience { get; }

    /// <summary>What is minimised.</summary>
    IObjective Objective { get; }

    /// <summary>How mastery is measured.</summary>
    IExamination Examination { get; }

    /// <summary>
    /// Gives the network its first parameters: drawn from the seed, unless the field starts from others.
    /// </summary>
    void InitializeParameters() => Network.Parameters.Initialize(Recipe.Seed);

    /// <summary>What a row of the network's outputs is called in rates: tokens, images, steps.</summary>
    string RowName { get; }

    /// <summary>Facts for the report (sizes, sources, licences): name and value.</summary>
    IReadOnlyList<(string Name, string Value)> Facts { get; }

    /// <summary>
    /// A few things that the network makes now, as text for the terminal and the report; empty where a field has
    /// none.
    /// </summary>
    /// <param name="samplesFolder">Where files (pictures, sound) may be written.</param>
    IReadOnlyList<string> MakeSamples(string samplesFolder);
}
