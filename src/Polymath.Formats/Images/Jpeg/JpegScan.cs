namespace Polymath.Formats.Images.Jpeg;

/// <summary>A component of a scan with its tables.</summary>
/// <param name="Component">The component.</param>
/// <param name="Means">The table of block means; null where the scan brings none.</param>
/// <param name="Details">The table of the other coefficients; null where the scan brings none.</param>
internal sealed record JpegScanComponent(JpegComponent Component, JpegHuffmanTable? Means, JpegHuffmanTable? Details);

/// <summary>Decodes a scan into the coefficients of its components (ITU-T T.81, annexes F and G).</summary>
/// <param name="frame">The frame.</param>
/// <param name="components">What the scan brings.</param>
/// <param name="band">The first and last coefficient, and the bits that are known and left.</param>
/// <param name="restartInterval">Groups between restart markers; 0: none.</param>
internal sealed class JpegScan(
    JpegFrame frame, JpegScanComponent[] components, (int First, int Last, int KnownBit, int Bit) band, int restartInterval)
{
    private const int LargestMeanBits = 15, LargestDetailBits = 15;

    // Blocks that are known to hold nothing more in this band.
    private int _emptyBlocks;

    /// <summary>Decodes the scan's data.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="position">Where the data begin.</param>
    /// <returns>Where they end.</returns>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    public int Decode(ReadOnlySpan<byte> bytes, int position)
    {
        var bits = new JpegBits(bytes, position);
        bool isAlone = components.Length == 1;
        JpegComponent first = components[0].Component;

        // A component alone comes block by block, as many as are shown.
        int across = isAlone ? (first.Width + 7) / 8 : first.BlocksAcross / first.FactorX;
        int down = isAlone ? (first.Height + 7) / 8 : first.BlocksDown / first.FactorY;
        Restart();
        for (int group = 0; group < across * down; group++)
        {
            if (restartInterval > 0 && group > 0 && group % restartInterval == 0)
            {
                bits.Restart(((group / restartInterval) - 1) % 8);
                Restart();
            }

            if (isAlone)
            {
                DecodeBlock(ref bits, components[0], group % across, group / across);
                continue;
            }

            foreach (JpegScanComponent component in components)
            {
                JpegComponent plane = component.Component;
                for (int block = 0; block < plane.FactorX * plane.FactorY; block++)
                {
                    DecodeBlock(
                        ref bits, component, (group % across * plane.FactorX) + (block % plane.FactorX),
                        (group / across * plane.FactorY) + (block / plane.FactorX));
                }
            }
        }

        return bits.Position;
    }

    private void Restart()
    {
        _emptyBlocks = 0;
        foreach (JpegScanComponent component in components)
        {
            component.Component.Prediction = 0;
        }
    }

    private void DecodeBlock(ref JpegBits bits, JpegScanComponent component, int across, int down)
    {
        Span<short> block = component.Component.Block(across, down);
        if (!frame.IsProgressive)
        {
            DecodeMean(ref bits, component, block);
            DecodeDetails(ref bits, component.Details!, block, first: 1);
        }
        else if (band.First == 0)
        {
            if (band.KnownBit == 0)
            {
                DecodeMean(ref bits, component, block);
            }
            else
            {
                block[0] |= (short)(bits.ReadBits(1) << band.Bit);
            }
        }
        else if (band.KnownBit == 0)
        {
            DecodeDetails(ref bits, component.Details!, block, band.First);
        }
        else
        {
            RefineDetails(ref bits, component.Details!, block);
        }
    }

    private void DecodeMean(ref JpegBits bits, JpegScanComponent component, Span<short> block)
    {
        int count = bits.ReadSymbol(component.Means!);
        if (count > LargestMeanBits)
        {
            throw new InvalidDataException($"has a difference of {count} bits, expected at most {LargestMeanBits}");
        }

        component.Component.Prediction += bits.ReadSigned(count);
        block[0] = unchecked((short)(component.Component.Prediction << band.Bit));
    }

    private void DecodeDetails(ref JpegBits bits, JpegHuffmanTable table, Span<short> block, int first)
    {
        if (_emptyBlocks > 0)
        {
            _emptyBlocks--;
            return;
        }

        for (int index = first; index <= band.Last; index++)
        {
            int symbol = bits.ReadSymbol(table), run = symbol >> 4, count = symbol & 15;
            if (count == 0 && run < 15)
            {
                _emptyBlocks = ReadEmptyBlocks(ref bits, run) - 1;
                return;
            }

            index += run;
            if (index > band.Last)
            {
                throw new InvalidDataException("is damaged: a block has too many coefficients");
            }

            if (count > 0)
            {
                block[index] = unchecked((short)(bits.ReadSigned(count) << band.Bit));
            }
        }
    }

    // Known coefficients gain a bit each, in passing; new ones are one bit large (section G.1.2.3).
    private void RefineDetails(ref JpegBits bits, JpegHuffmanTable table, Span<short> block)
    {
        int index = band.First;
        for (; index <= band.Last && _emptyBlocks == 0; index++)
        {
            int symbol = bits.ReadSymbol(table), run = symbol >> 4, fresh = 0;
            switch (symbol & 15)
            {
                case 0 when run < 15:
                    _emptyBlocks = ReadEmptyBlocks(ref bits, run);
                    break;
                case 0:
                    break;
                case 1:
                    fresh = bits.ReadBits(1) == 1 ? 1 << band.Bit : -1 << band.Bit;
                    break;
                default:
                    throw new InvalidDataException("is damaged: a refinement brings more than a bit");
            }

            if (_emptyBlocks > 0)
            {
                break;
            }

            index = PassZeros(ref bits, block, index, run);
            if (index > band.Last)
            {
                if (fresh != 0)
                {
                    throw new InvalidDataException("is damaged: a block has too many coefficients");
                }

                return;
            }

            block[index] = fresh != 0 ? (short)fresh : block[index];
        }

        if (_emptyBlocks > 0)
        {
            PassZeros(ref bits, block, index, int.MaxValue);
            _emptyBlocks--;
        }
    }

    // Refines what is known, and stops at the zero behind so many zeros.
    private int PassZeros(ref JpegBits bits, Span<short> block, int index, int zeros)
    {
        for (; index <= band.Last; index++)
        {
            if (block[index] == 0)
            {
                if (zeros-- == 0)
                {
                    return index;
                }
            }
            else if (bits.ReadBits(1) == 1 && ((block[index] >> band.Bit) & 1) == 0)
            {
                block[index] += (short)(block[index] > 0 ? 1 << band.Bit : -1 << band.Bit);
            }
        }

        return index;
    }

    private static int ReadEmptyBlocks(ref JpegBits bits, int run) => (1 << run) + bits.ReadBits(run);
}
