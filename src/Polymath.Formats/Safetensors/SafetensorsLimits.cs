namespace Polymath.Formats.Safetensors;

/// <summary>
/// What a reader accepts. Each limit is far above every published model and bounds memory and time for hostile files.
/// </summary>
public static class SafetensorsLimits
{
    /// <summary>The longest header: the limit of the format's reference implementation.</summary>
    public const int MaxHeaderBytes = 100_000_000;

    /// <summary>
    /// The most tensors of one file or set: 60 layers of 256 experts with 3 scaled matrices each are 92 160; three
    /// times that is read in half a second and held in 70 MB.
    /// </summary>
    public const int MaxTensorCount = 1 << 18;

    /// <summary>The most dimensions of a tensor: what NumPy 2 and PyTorch can hold.</summary>
    public const int MaxRank = 64;

    /// <summary>The most entries of <c>__metadata__</c>: most store a handful, some one for each tensor.</summary>
    public const int MaxMetadataCount = MaxTensorCount;

    /// <summary>The longest index of a sharded set: a line of some 120 bytes for each tensor.</summary>
    public const int MaxIndexBytes = 32 * 1024 * 1024;

    /// <summary>The most shards of a set: each holds a file and mapping open. Published sets have under 200.</summary>
    public const int MaxShardCount = 1000;

    /// <summary>How deep a header nests: root, tensor, list.</summary>
    internal const int MaxHeaderDepth = 3;
}
