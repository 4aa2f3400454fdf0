namespace Polymath.Fields.Data.Archives;

/// <summary>What an archive may cost at most, so that a bomb stops early.</summary>
/// <param name="MaxEntryCount">Entries of any kind in the archive.</param>
/// <param name="MaxArchiveBytes">Bytes of the unpacked tar stream, wanted or not.</param>
public readonly record struct ExtractionLimits(int MaxEntryCount, long MaxArchiveBytes)
{
    /// <summary>Enough for every data set of the catalogue: 200 000 entries, 2 GiB.</summary>
    public static ExtractionLimits Default => new(200_000, 1L << 31);
}
