using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>
/// A convolution of 3 x 3 positions, padded by zeros: the windows are gathered, as an embedding gathers rows, and
/// multiplied by one matrix [output channels, 9·input channels], the window's rows one behind the other.
/// </summary>
public sealed unsafe class Convolution
{
    private const int Side = 3, WindowSize = Side * Side;

    private readonly Kernels _kernels;
    private readonly FeatureMap _from;
    private readonly FeatureMap _to;
    private readonly int _maxImages;
    private readonly PlannedMatrix _input, _windows, _dInput, _dWindows;
    private readonly PlannedBuffer _indices;
    private bool _filled;

    /// <summary>Adds its parameters and reserves its memory.</summary>
    /// <param name="builder">What it is built with.</param>
    /// <param name="name">The prefix of its parameters' names.</param>
    /// <param name="from">What it reads.</param>
    /// <param name="stride">1, or 2 to halve the map.</param>
    /// <param name="channels">Channels of what it writes.</param>
    /// <param name="maxImages">The most images of a step.</param>
    /// <param name="isFirst">Whether it reads pixels, whose gradient nobody wants.</param>
    /// <param name="bias">Whether it has a bias.</param>
    public Convolution(
        NetworkBuilder builder, string name, FeatureMap from, int stride, int channels, int maxImages, bool isFirst,
        bool bias)
    {
        _kernels = builder.Kernels;
        _from = from;
        _to = new FeatureMap(from.Side / stride, channels);
        _maxImages = maxImages;
        int inputs = WindowSize * from.Channels, outputRows = maxImages * _to.PositionCount;
        bool backward = builder.Training && !isFirst;

        // What faces pixels is no matrix of the trunk's kind. He et al. (2015): the spread that a rectifier keeps.
        Linear = new Linear(
            builder, name, inputs, [channels], bias, MathF.Sqrt(2f / inputs),
            isFirst ? ParameterRole.Embedding : ParameterRole.Weight);
        MemoryPlan plan = builder.Plan;

        // One position more, always zero, is what lies outside of an image.
        int inputRows = (maxImages * from.PositionCount) + 1;
        _input = plan.ReserveMatrix("activations", inputRows, from.Channels);
        _windows = plan.ReserveMatrix("activations", outputRows, inputs);
        _dInput = plan.ReserveMatrix("activations", backward ? inputRows : 0, from.Channels);
        _dWindows = plan.ReserveMatrix("activations", backward ? outputRows : 0, inputs);
        _indices = plan.Reserve("window indices", (long)outputRows * WindowSize, DataType.Int32);
    }

    /// <summary>What it writes.</summary>
    public FeatureMap Output => _to;

    /// <summary>Its matrix and bias.</summary>
    public Linear Linear { get; }

    /// <summary>Where the caller writes the input of so many images: [images·positions, channels].</summary>
    public MatrixView InputOf(int imageCount) => _input.Top(imageCount * _from.PositionCount);

    /// <summary>Gathers the windows of the input: [images·output positions, 9·channels].</summary>
    public MatrixView Gather(int imageCount)
    {
        if (!_filled)
        {
            FillIndices();
        }

        MatrixView windows = _windows.Top(imageCount * _to.PositionCount);
        _kernels.Embed(_indices.Integers, _input.View, null, null, ByPosition(windows));
        return windows;
    }

    /// <summary>
    /// Adds the gradient of the matrix, not of the bias, and gives that of the input
    /// [images·positions, channels]; none for the first convolution.
    /// </summary>
    /// <param name="dOutput">[images·output positions, output channels].</param>
    /// <param name="imageCount">The images.</param>
    public MatrixView Backward(MatrixView dOutput, int imageCount)
    {
        Linear.BackwardWeight(dOutput, _windows.Top(dOutput.Rows));
        if (_dInput.Rows == 0)
        {
            return default;
        }

        MatrixView dWindows = _dWindows.Top(dOutput.Rows), dInput = _dInput.View;
        Linear.BackwardInput(dOutput, dWindows);
        _kernels.Fill(dInput.Data, (long)dInput.Rows * dInput.Columns, 0);
        _kernels.EmbedBackward(_indices.Integers, dInput, null, null, ByPosition(dWindows));
        return _dInput.Top(imageCount * _from.PositionCount);
    }

    /// <summary>Operations (adds and multiplies) of the forward pass.</summary>
    public double CountOperations(int imageCount) => Linear.CountOperations(imageCount * _to.PositionCount);

    private MatrixView ByPosition(MatrixView windows) =>
        new(windows.Data, windows.Rows * WindowSize, _from.Channels);

    private void FillIndices()
    {
        Span<int> indices = _indices.IntegerSpan;
        int stride = _from.Side / _to.Side, outside = _maxImages * _from.PositionCount, next = 0;
        for (int image = 0; image < _maxImages; image++)
        {
            for (int position = 0; position < _to.PositionCount; position++)
            {
                int top = (position / _to.Side * stride) - 1, left = (position % _to.Side * stride) - 1;
                for (int cell = 0; cell < WindowSize; cell++)
                {
                    int y = top + (cell / Side), x = left + (cell % Side);
                    bool isInside = y >= 0 && y < _from.Side && x >= 0 && x < _from.Side;
                    indices[next++] = isInside ? (image * _from.PositionCount) + _from.IndexOf(y, x) : outside;
                }
            }
        }

        _filled = true;
    }
}
