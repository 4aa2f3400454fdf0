using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>
/// A convolution of 3 x 3 positions, padded by zeros: windows are gathered and multiplied by one matrix
/// [output channels, 9·input channels]. A few images at a time, so that their windows, nine times as large as what they
/// are gathered from, never leave the cache; the backward pass gathers them again.
/// </summary>
public sealed unsafe class Convolution
{
    // What a processor core's own cache holds, which is 512 KiB on a Zen 3. Never of the threads: sums over windows
    // run in this order.
    private const int WindowBytes = 1 << 19;

    private readonly Kernels _kernels;
    private readonly ProductPrecision _precision;
    private readonly WindowShape _shape;
    private readonly int _imagesAtOnce;
    private readonly PlannedMatrix _input, _windows, _dInput, _dWindows;

    /// <summary>Adds its parameters and reserves its memory.</summary>
    /// <param name="builder">What it is built with.</param>
    /// <param name="name">The prefix of its parameters' names.</param>
    /// <param name="from">What it reads.</param>
    /// <param name="stride">1, or 2 to halve the map.</param>
    /// <param name="channels">Channels of what it writes.</param>
    /// <param name="maxImages">The most images of a step.</param>
    /// <param name="isFirst">Whether it reads pixels: they are fp32, and nobody wants their gradient.</param>
    /// <param name="bias">Whether it has a bias.</param>
    public Convolution(
        NetworkBuilder builder, string name, FeatureMap from, int stride, int channels, int maxImages, bool isFirst,
        bool bias)
    {
        _kernels = builder.Kernels;
        _precision = builder.Precision;
        _shape = new WindowShape(from.Side, from.Channels, stride);
        Output = new FeatureMap(_shape.WindowsPerRow, channels);
        DataType type = isFirst ? DataType.Float32 : builder.ActivationType;
        int imageBytes = _shape.WindowCount * _shape.WindowWidth * type.SizeInBytes();
        _imagesAtOnce = Math.Clamp(WindowBytes / imageBytes, 1, maxImages);
        bool backward = builder.Training && !isFirst;

        // What faces pixels is no matrix of the trunk's kind. He et al. (2015): the spread that a rectifier keeps.
        Linear = new Linear(
            builder, name, _shape.WindowWidth, [channels], bias, MathF.Sqrt(2f / _shape.WindowWidth),
            isFirst ? ParameterRole.Embedding : ParameterRole.Weight);
        MemoryPlan plan = builder.Plan;
        int inputRows = maxImages * _shape.PositionCount, windowRows = _imagesAtOnce * _shape.WindowCount;
        _input = plan.ReserveMatrix("activations", inputRows, from.Channels, type);
        _windows = plan.ReserveMatrix("activations", windowRows, _shape.WindowWidth, type);
        _dInput = plan.ReserveMatrix("activations", backward ? inputRows : 0, from.Channels, type);
        _dWindows = plan.ReserveMatrix("activations", backward ? windowRows : 0, _shape.WindowWidth, type);
    }

    /// <summary>What it writes.</summary>
    public FeatureMap Output { get; }

    /// <summary>Its matrix and bias.</summary>
    public Linear Linear { get; }

    /// <summary>Where the caller writes the input of so many images: [images·positions, channels], row by row.</summary>
    public MatrixView InputOf(int imageCount) => _input.Top(imageCount * _shape.PositionCount);

    /// <summary>y [images·output positions, output channels] = the convolution of the input, or is added to.</summary>
    public void Forward(int imageCount, MatrixView y, bool accumulate = false)
    {
        float* bias = Linear.Bias is null ? null : Linear.Bias.Data;
        for (int image = 0; image < imageCount; image += _imagesAtOnce)
        {
            int count = Math.Min(_imagesAtOnce, imageCount - image);
            _kernels.Multiply(
                MatrixProduct.NT, Gather(image, count), Linear.Weight.Values, OutputRows(y, image, count), accumulate,
                bias, _precision);
        }
    }

    /// <summary>
    /// Adds the gradient of the matrix, not of the bias, and gives that of the input
    /// [images·positions, channels]; none for the first convolution.
    /// </summary>
    /// <param name="dOutput">[images·output positions, output channels].</param>
    /// <param name="imageCount">The images.</param>
    public MatrixView Backward(MatrixView dOutput, int imageCount)
    {
        for (int image = 0; image < imageCount; image += _imagesAtOnce)
        {
            int count = Math.Min(_imagesAtOnce, imageCount - image);
            MatrixView dRows = OutputRows(dOutput, image, count);
            Linear.BackwardWeight(dRows, Gather(image, count));
            if (_dInput.Rows > 0)
            {
                MatrixView dWindows = _dWindows.Top(dRows.Rows);
                Linear.BackwardInput(dRows, dWindows);
                _kernels.SumWindows(_shape, dWindows, InputRows(_dInput, image, count));
            }
        }

        return _dInput.Rows > 0 ? _dInput.Top(imageCount * _shape.PositionCount) : default;
    }

    /// <summary>Operations (adds and multiplies) of the forward pass.</summary>
    public double CountOperations(int imageCount) => Linear.CountOperations(imageCount * _shape.WindowCount);

    private MatrixView Gather(int image, int count)
    {
        MatrixView windows = _windows.Top(count * _shape.WindowCount);
        _kernels.GatherWindows(_shape, InputRows(_input, image, count), windows);
        return windows;
    }

    private MatrixView InputRows(PlannedMatrix map, int image, int count) =>
        map.View.RowRange(image * _shape.PositionCount, count * _shape.PositionCount);

    private MatrixView OutputRows(MatrixView map, int image, int count) =>
        map.RowRange(image * _shape.WindowCount, count * _shape.WindowCount);
}
