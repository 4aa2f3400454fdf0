namespace Polymath.Formats.Gguf;

/// <summary>
/// What a reader accepts. Each limit is the format's own or far above every published model, and bounds memory and time
/// for hostile files.
/// </summary>
public static class GgufLimits
{
    /// <summary>The longest header: that of a vocabulary of 262 144 tokens with its merges takes 15 MB.</summary>
    public const long MaxHeaderBytes = 1L << 28;

    /// <summary>The most key-value pairs: published files have some forty.</summary>
    public const int MaxMetadataCount = 1 << 16;

    /// <summary>The most tensors: published files have under two thousand.</summary>
    public const int MaxTensorCount = 1 << 17;

    /// <summary>The longest key; the format's own limit.</summary>
    public const int MaxKeyBytes = (1 << 16) - 1;

    /// <summary>The longest name of a tensor; the format's own limit.</summary>
    public const int MaxNameBytes = 64;

    /// <summary>The longest text of a value: licences and chat templates have a hundred kilobytes at most.</summary>
    public const int MaxTextBytes = 1 << 24;

    /// <summary>The most items of an array: vocabularies have 262 144 tokens and half a million merges.</summary>
    public const int MaxItemCount = 1 << 23;

    /// <summary>The most dimensions of a tensor; the format's own limit.</summary>
    public const int MaxRank = 4;

    /// <summary>The coarsest alignment of the data: 32 is usual, and a memory page more than enough.</summary>
    public const int MaxAlignment = 1 << 16;
}
