using System.Buffers.Binary;
using System.Text;

namespace Polymath.Formats.Tests.Safetensors;

/// <summary>Builds safetensors files by hand, valid or not, independently of the writer.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Of(string header, int dataBytes) => Of(Encoding.UTF8.GetBytes(header), dataBytes);

    public static byte[] Of(byte[] header, int dataBytes) =>
        WithLength((ulong)header.Length, header, [.. Enumerable.Range(0, dataBytes).Select(i => (byte)i)]);

    public static byte[] WithLength(ulong headerBytes, byte[] header, byte[] data)
    {
        byte[] length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, headerBytes);
        return [.. length, .. header, .. data];
    }

    public static string Header(params string[] entries) => "{" + string.Join(',', entries) + "}";

    public static string Tensor(string name, string dtype, string shape, long begin, long end) =>
        $$"""{{Quote(name)}}:{"dtype":"{{dtype}}","shape":{{shape}},"data_offsets":[{{begin}},{{end}}]}""";

    private static string Quote(string name) => $"\"{name}\"";
}
