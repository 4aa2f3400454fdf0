using System.Runtime.CompilerServices;

namespace Polymath.Compute;

/// <summary>
/// A counter-based random generator, Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
/// SC 2011), keyed by (seed, stream, step): any step's numbers can be made again without the steps before it, which
/// is what makes a resumed run bit-identical.
/// </summary>
public struct RandomStream
{
    private const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;

    private readonly uint _key0, _key1, _stream, _step;
    private readonly uint _stepHigh;
    private uint _block;
    private uint _word0, _word1, _word2, _word3;
    private int _available;

    /// <summary>Creates the numbers of one step of one stream.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="stream">What the numbers are for; see <see cref="StreamOf"/>.</param>
    /// <param name="step">The step, document or tile that they belong to; below 2^48.</param>
    public RandomStream(ulong seed, uint stream, long step = 0)
    {
        _key0 = (uint)seed;
        _key1 = (uint)(seed >> 32);
        _stream = stream;
        _step = (uint)step;
        _stepHigh = (uint)(step >> 32) << 16;
    }

    /// <summary>A stream's number from its name (32-bit FNV-1a), so that streams are named, not numbered by hand.</summary>
    public static uint StreamOf(ReadOnlySpan<char> name)
    {
        uint hash = 2166136261;
        foreach (char c in name)
        {
            hash = (hash ^ c) * 16777619;
        }

        return hash;
    }

    /// <summary>The next 32 random bits.</summary>
    public uint NextUInt32()
    {
        if (_available == 0)
        {
            NextBlock();
        }

        return --_available switch
        {
            3 => _word0,
            2 => _word1,
            1 => _word2,
            _ => _word3,
        };
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextUInt64() => ((ulong)NextUInt32() << 32) | NextUInt32();

    /// <summary>A uniform number in [0, 1) with 24 random bits.</summary>
    public float NextSingle() => (NextUInt32() >> 8) * (1f / (1 << 24));

    /// <summary>A uniform number in [0, 1) with 53 random bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1L << 53));

    /// <summary>A uniform integer in [0, <paramref name="bound"/>), without bias (Lemire, 2019).</summary>
    public long NextBelow(long bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        ulong range = (ulong)bound;
        ulong high = Math.BigMul(NextUInt64(), range, out ulong low);
        if (low < range)
        {
            ulong threshold = (0 - range) % range;
            while (low < threshold)
            {
                high = Math.BigMul(NextUInt64(), range, out low);
            }
        }

        return (long)high;
    }

    /// <summary>A standard normal number (Box-Muller; one of the pair).</summary>
    public float NextNormal()
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return (float)(radius * Math.Cos(2 * Math.PI * NextDouble()));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NextBlock()
    {
        uint c0 = _block, c1 = _stepHigh, c2 = _step, c3 = _stream;
        uint k0 = _key0, k1 = _key1;
        for (int round = 0; round < 10; round++)
        {
            ulong product0 = (ulong)Multiplier0 * c0, product1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = (
                (uint)(product1 >> 32) ^ c1 ^ k0, (uint)product1,
                (uint)(product0 >> 32) ^ c3 ^ k1, (uint)product0);
            k0 += Weyl0;
            k1 += Weyl1;
        }

        (_word0, _word1, _word2, _word3) = (c0, c1, c2, c3);
        _block++;
        _available = 4;
    }
}
