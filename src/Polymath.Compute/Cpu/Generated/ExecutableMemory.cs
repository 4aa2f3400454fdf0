namespace Polymath.Compute.Cpu.Generated;

/// <summary>Machine code in memory that can be executed and no longer be written.</summary>
internal sealed unsafe class ExecutableMemory : IDisposable
{
    private readonly ICodePages _pages;
    private readonly nuint _bytes;
    private byte* _start;

    private ExecutableMemory(ICodePages pages, byte* start, nuint bytes)
    {
        _pages = pages;
        _start = start;
        _bytes = bytes;
    }

    /// <summary>Frees code that nobody disposed of.</summary>
    ~ExecutableMemory() => Free();

    /// <summary>The pages of this system.</summary>
    public static ICodePages SystemPages { get; } =
        OperatingSystem.IsWindows() ? new WindowsCodePages() : new PosixCodePages();

    /// <summary>The first byte of the code, on a page of its own.</summary>
    public byte* Start => _start;

    /// <summary>Copies code into executable memory; null where the system refuses to have any.</summary>
    /// <param name="pages">Where memory comes from.</param>
    /// <param name="code">The code, wherever it lies.</param>
    public static ExecutableMemory? TryCreate(ICodePages pages, ReadOnlySpan<byte> code)
    {
        nuint page = (nuint)Environment.SystemPageSize, bytes = ((nuint)code.Length + page - 1) / page * page;
        byte* start = pages.Allocate(bytes);
        if (start is null)
        {
            return null;
        }

        code.CopyTo(new Span<byte>(start, code.Length));
        if (pages.MakeExecutable(start, bytes))
        {
            return new ExecutableMemory(pages, start, bytes);
        }

        pages.Free(start, bytes);
        return null;
    }

    /// <summary>Whether the system lets a program execute what it wrote.</summary>
    public static bool IsAllowed(ICodePages pages)
    {
        const byte Return = 0xC3;
        using var memory = TryCreate(pages, [Return]);
        return memory is not null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_start is not null)
        {
            _pages.Free(_start, _bytes);
            _start = null;
        }
    }
}
