using System.Collections;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Polymath.Cli.Native;

/// <summary>Replaces this process by a program that lies in memory (Linux: memfd_create(2), execve(2)).</summary>
internal static unsafe partial class ImageExecution
{
    // MFD_CLOEXEC: the descriptor ends with the exec, the program does not.
    private const uint CloseOnExecute = 1;

    /// <summary>
    /// Executes a part of a file with these arguments and this environment; returns only where the system refuses.
    /// </summary>
    public static void TryReplaceProcess(SafeFileHandle file, long offset, long length, string[] arguments)
    {
        int memory = CreateMemoryFile("polymath", CloseOnExecute);
        if (memory < 0)
        {
            return;
        }

        using var program = new SafeFileHandle(memory, ownsHandle: true);
        if (TryCopy(file, program, offset, length))
        {
            string name = Environment.GetCommandLineArgs()[0];
            nint* argv = AllocateStrings([name, .. arguments]), environment = AllocateStrings(EnvironmentStrings());
            _ = Execute($"/proc/self/fd/{memory}", argv, environment);
        }
    }

    private static bool TryCopy(SafeFileHandle source, SafeFileHandle target, long offset, long length)
    {
        while (length > 0)
        {
            nint sent = SendFile(target, source, ref offset, (nuint)length);
            if (sent <= 0)
            {
                return false;
            }

            length -= sent;
        }

        return true;
    }

    // Lives until the process is replaced, or for the rest of it.
    private static nint* AllocateStrings(List<string> strings)
    {
        var array = (nint*)NativeMemory.AllocZeroed((nuint)(strings.Count + 1), (nuint)sizeof(nint));
        for (int index = 0; index < strings.Count; index++)
        {
            array[index] = Marshal.StringToCoTaskMemUTF8(strings[index]);
        }

        return array;
    }

    private static List<string> EnvironmentStrings()
    {
        var strings = new List<string>();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            strings.Add($"{entry.Key}={entry.Value}");
        }

        return strings;
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateMemoryFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "sendfile")]
    private static partial nint SendFile(SafeFileHandle target, SafeFileHandle source, ref long offset, nuint count);

    [LibraryImport("libc", EntryPoint = "execve", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, nint* arguments, nint* environment);
}
