using Microsoft.Win32.SafeHandles;
using Polymath.Compute;
using Polymath.Formats.Safetensors;
using Polymath.Networks;

namespace Polymath.Learning;

/// <summary>
/// An fp32 tensor of the training state: where it lies in memory, and what it is called in a checkpoint.
/// </summary>
/// <param name="name">Its name, unique in its file.</param>
/// <param name="shape">Its dimensions, slowest first.</param>
/// <param name="values">Its first value; the memory outlives this object.</param>
public sealed unsafe class StateTensor(string name, IReadOnlyList<long> shape, float* values)
{
    // The size of one read: the system calls count in 32 bits.
    private const int ChunkBytes = 1 << 26;

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>The tensor as it is to be written.</summary>
    internal SafetensorsEntry ToEntry() => SafetensorsEntry.FromFloat32(name, DataType.Float32, shape, values);

    /// <summary>
    /// Requires the same shape and type, then reads the values. They are read and not copied from a mapping, whose pages
    /// would count as memory of the process beyond its plan.
    /// </summary>
    internal void Restore(SafetensorsTensor tensor, SafeFileHandle file)
    {
        tensor.RequireShape([.. shape]);
        if (tensor.DataType != DataType.Float32)
        {
            throw new InvalidInputException($"{tensor.Path}: '{name}' holds {tensor.DataType}, expected Float32");
        }

        var target = (byte*)values;
        for (long done = 0; done < tensor.ByteCount;)
        {
            var chunk = new Span<byte>(target + done, (int)Math.Min(ChunkBytes, tensor.ByteCount - done));
            int read = RandomAccess.Read(file, chunk, tensor.Offset + done);
            done += read > 0 ? read : throw new InvalidInputException($"{tensor.Path}: ends within '{name}'");
        }
    }
}

/// <summary>Tensors that a checkpoint keeps in one safetensors file.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Tensors">What lies in it.</param>
public sealed record StateFile(string Name, IReadOnlyList<StateTensor> Tensors)
{
    /// <summary>The file of the parameters.</summary>
    public const string ParametersName = "parameters.safetensors";

    /// <summary>The file of the parameters' moving average.</summary>
    public const string AverageName = "average.safetensors";

    /// <summary>The file of the optimiser's state.</summary>
    public const string OptimizerName = "optimizer.safetensors";

    /// <summary>The parameters, or values in the same layout, by the parameters' names.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="store">The layout.</param>
    /// <param name="values">The first value of the flat buffer.</param>
    public static unsafe StateFile OfParameters(string name, ParameterStore store, float* values) => new(
        name,
        [.. store.Parameters.Select(parameter => new StateTensor(
            parameter.Specification.Name, [parameter.Specification.Rows, parameter.Specification.Columns],
            values + parameter.Offset))]);

    /// <summary>Reads the tensors back into memory.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <exception cref="InvalidInputException">The file holds other tensors, or of other shapes.</exception>
    internal void Restore(string folder)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, Name));
        HashSet<string> expected = [.. Tensors.Select(tensor => tensor.Name)];
        if (file.Tensors.Keys.FirstOrDefault(name => !expected.Contains(name)) is string surplus)
        {
            throw new InvalidInputException(
                $"{file.Path} holds '{surplus}', which this recipe's network or optimiser does not have");
        }

        using SafeFileHandle handle = File.OpenHandle(file.Path);
        foreach (StateTensor tensor in Tensors)
        {
            tensor.Restore(file[tensor.Name], handle);
        }
    }
}
