using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>
/// Images: a row of the batch is the pixels of a patch [size, size, channels], a sequence the patches of an image, row by
/// row. Patches are embedded by one linear layer, or by a few convolutions, and gain a learnt vector for their position.
/// </summary>
public sealed unsafe class PatchPort : IInputPort
{
    private readonly Kernels _kernels;
    private readonly ProductPrecision _precision;
    private readonly FeatureMap _image;
    private readonly int _positionCount;
    private readonly Convolution[] _convolutions;
    private readonly ActivatedMap[] _hidden;
    private readonly Parameter? _patchWeight;
    private readonly Parameter? _positionTable;

    /// <summary>Adds its parameters and reserves its memory.</summary>
    /// <param name="builder">What it is built with.</param>
    /// <param name="recipe">Patches and convolutions.</param>
    /// <param name="trunk">The trunk's shape.</param>
    /// <param name="image">The images' side and channels.</param>
    public PatchPort(NetworkBuilder builder, PatchRecipe recipe, TrunkRecipe trunk, FeatureMap image)
    {
        _kernels = builder.Kernels;
        _precision = builder.Precision;
        _image = image with { PatchSize = recipe.Size };
        int side = image.Side / recipe.Size;
        _positionCount = side * side;
        int maxImages = builder.MaxRows / _positionCount;
        _convolutions = BuildStem(builder, recipe, trunk, image, maxImages);
        _hidden = [.. _convolutions.SkipLast(1).Select(
            (convolution, index) => new ActivatedMap(builder, StemName(index), convolution, maxImages, recipe.StemNorm))];
        _patchWeight = _convolutions.Length > 0
            ? null
            : builder.Parameters.Add(new(
                "patches.embedding", trunk.Width, recipe.Size * recipe.Size * image.Channels, ParameterRole.Embedding, 0,
                Initialization.Deviation));
        _positionTable = trunk.Positions == PositionKind.Learned
            ? builder.Parameters.Add(new(
                "positions.embedding", _positionCount, trunk.Width, ParameterRole.Embedding, 0, Initialization.Deviation))
            : null;
    }

    /// <inheritdoc/>
    public void Forward(Batch batch, MatrixView x)
    {
        bool hasPositions = _positionTable is not null;
        if (hasPositions)
        {
            _kernels.Embed(batch.Sequences.Positions, _positionTable!.Values, null, null, x);
        }

        if (_patchWeight is not null)
        {
            _kernels.Multiply(
                MatrixProduct.NT, batch.Features, _patchWeight.Values, x, accumulate: hasPositions, precision: _precision);
        }
        else
        {
            Convolve(batch, x, accumulate: hasPositions);
        }
    }

    /// <inheritdoc/>
    public void Backward(Batch batch, MatrixView dx)
    {
        if (_positionTable is not null)
        {
            _kernels.EmbedBackward(batch.Sequences.Positions, _positionTable.Gradients, null, null, dx);
        }

        if (_patchWeight is not null)
        {
            _patchWeight.AddProduct(_kernels, dx, batch.Features, _precision);
            return;
        }

        int imageCount = ImagesOf(batch);
        MatrixView gradient = dx;
        for (int index = _convolutions.Length - 1; index > 0; index--)
        {
            gradient = _convolutions[index].Backward(gradient, imageCount);
            _hidden[index - 1].Backward(gradient);
        }

        _convolutions[0].Backward(gradient, imageCount);
    }

    /// <inheritdoc/>
    public double CountOperations(SequenceLayout sequences)
    {
        double sum = _patchWeight is null ? 0 : 2.0 * sequences.RowCount * _patchWeight.Specification.Count;
        foreach (Convolution convolution in _convolutions)
        {
            sum += convolution.CountOperations(sequences.RowCount / _positionCount);
        }

        return sum;
    }

    private static string StemName(int index) => $"stem.{index}";

    private static Convolution[] BuildStem(
        NetworkBuilder builder, PatchRecipe recipe, TrunkRecipe trunk, FeatureMap map, int maxImages)
    {
        if (recipe.StemChannels.Count == 0)
        {
            return [];
        }

        var convolutions = new List<Convolution>();
        foreach (int channels in recipe.StemChannels)
        {
            int stride = convolutions.Count < recipe.HalvingCount ? 2 : 1;
            Append(StemName(convolutions.Count), stride, channels, bias: !recipe.StemNorm);
        }

        // The bias of the embedding would be one more term in the vectors of the positions.
        Append("patches.embedding", 2, trunk.Width, bias: false);
        return [.. convolutions];

        void Append(string name, int stride, int channels, bool bias)
        {
            bool isFirst = convolutions.Count == 0;
            convolutions.Add(new Convolution(builder, name, map, stride, channels, maxImages, isFirst, bias));
            map = convolutions[^1].Output;
        }
    }

    private void Convolve(Batch batch, MatrixView x, bool accumulate)
    {
        int imageCount = ImagesOf(batch);
        OrderPixels(batch.Features, _convolutions[0].InputOf(imageCount));
        for (int index = 0; index < _hidden.Length; index++)
        {
            _convolutions[index].Forward(
                imageCount, _hidden[index].Hidden(imageCount * _convolutions[index].Output.PositionCount));
            _hidden[index].Forward(_convolutions[index + 1].InputOf(imageCount));
        }

        _convolutions[^1].Forward(imageCount, x, accumulate);
    }

    // Patch by patch becomes row by row; few numbers beside those of the maps behind them.
    private void OrderPixels(MatrixView patches, MatrixView pixels)
    {
        int rowLength = _image.PatchSize * _image.Channels;
        for (int first = 0; first < pixels.Rows; first += _image.PositionCount)
        {
            for (int y = 0; y < _image.Side; y++)
            {
                for (int x = 0; x < _image.Side; x += _image.PatchSize)
                {
                    long from = (first + _image.IndexOf(y, x)) * (long)_image.Channels;
                    new ReadOnlySpan<float>(patches.Data + from, rowLength).CopyTo(
                        new Span<float>(pixels.Row(first + (y * _image.Side) + x), rowLength));
                }
            }
        }
    }

    // Convolutions reach over rows, so an image must be whole.
    private int ImagesOf(Batch batch) => batch.RowCount == batch.Sequences.SequenceCount * _positionCount
        ? batch.Sequences.SequenceCount
        : throw new ArgumentException($"expected sequences of {_positionCount} patches, the whole of an image");
}
