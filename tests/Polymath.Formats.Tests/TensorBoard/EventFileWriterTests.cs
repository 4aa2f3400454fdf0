using CsCheck;
using Polymath.Formats.TensorBoard;

namespace Polymath.Formats.Tests.TensorBoard;

public sealed class EventFileWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FixedTime _time = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("123456789", 0xe3069283u)]
    [InlineData("", 0u)]
    [InlineData("a", 0xc1d04330u)]
    public void Crc32COfKnownAnswers(string text, uint expected)
    {
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(text);
        Assert.Equal(expected, RecordFraming.Crc32C(bytes));
        Assert.Equal(expected, EventFileReader.Crc(bytes));
    }

    [Fact]
    public void Crc32COfThirtyTwoZerosAsInRfc3720() => Assert.Equal(0x8a9136aau, RecordFraming.Crc32C(new byte[32]));

    [Fact]
    public void Crc32CEqualsItsBitwiseDefinition() =>
        Gen.Byte.Array[0, 70].Sample(bytes => RecordFraming.Crc32C(bytes) == EventFileReader.Crc(bytes), iter: 500);

    [Fact]
    public void TheFirstRecordIsTheVersionAndItsBytesAreTheGoldenOnes()
    {
        using (EventFileWriter writer = Create())
        {
            Assert.Equal(_folder["events.out.tfevents.1700000000.host"], writer.Path);
        }

        // wall_time = 1700000000.5 as field 1 (fixed64), file_version as field 3 (string of 13 bytes).
        byte[] payload = [0x09, 0x00, 0x00, 0x20, 0x40, 0xfc, 0x54, 0xd9, 0x41, 0x1a, 0x0d, .. "brain.Event:2"u8];
        byte[] bytes = File.ReadAllBytes(_folder["events.out.tfevents.1700000000.host"]);
        Assert.Equal(1700000000.5, BitConverter.ToDouble(payload, 1));
        Assert.Equal([24, 0, 0, 0, 0, 0, 0, 0], bytes[..8]);
        Assert.Equal([0xa3, 0x7f, 0x4b, 0x22], bytes[8..12]);
        Assert.Equal(payload, bytes[12..36]);
        Assert.Equal(40, bytes.Length);
        EventFileReader.ReadEvents(_folder["events.out.tfevents.1700000000.host"]);
    }

    [Fact]
    public void AScalarIsTheGoldenMessage()
    {
        using (EventFileWriter writer = Create())
        {
            writer.WriteScalar("loss", 300, 1.5f);
        }

        byte[] bytes = File.ReadAllBytes(_folder["events.out.tfevents.1700000000.host"])[40..];
        byte[] payload =
        [
            0x09, 0x00, 0x00, 0x20, 0x40, 0xfc, 0x54, 0xd9, 0x41, // wall_time
            0x10, 0xac, 0x02, // step 300
            0x2a, 0x0d, // summary, 13 bytes
            0x0a, 0x0b, // value, 11 bytes
            0x0a, 0x04, (byte)'l', (byte)'o', (byte)'s', (byte)'s', // tag
            0x15, 0x00, 0x00, 0xc0, 0x3f, // simple_value
        ];
        Assert.Equal(payload, bytes[12..^4]);
    }

    [Fact]
    public void EveryScalarIsReadAgain()
    {
        Gen.Select(Gen.String[0, 200], Gen.Long, Gen.Float).Array[1, 20].Sample(scalars =>
        {
            string path;
            using (EventFileWriter writer = Create())
            {
                path = writer.Path;
                foreach ((string tag, long step, float value) in scalars)
                {
                    writer.WriteScalar(tag, step, value);
                }
            }

            List<List<ProtobufField>> events = EventFileReader.ReadEvents(path);
            File.Delete(path);
            Assert.Equal(scalars.Length + 1, events.Count);
            foreach ((List<ProtobufField> read, (string tag, long step, float value)) in events.Skip(1).Zip(scalars))
            {
                Assert.Equal([1, 2, 5], read.Select(field => field.Number));
                Assert.Equal(step, (long)read[1].Value);
                ProtobufField entry = Assert.Single(read[2].Message);
                Assert.Equal((1, 2), (entry.Number, entry.WireType));
                Assert.Equal([(1, 2), (2, 5)], entry.Message.Select(field => (field.Number, field.WireType)));
                Assert.Equal(System.Text.Encoding.UTF8.GetBytes(tag), entry.Message[0].Bytes);
                Assert.Equal(value, BitConverter.UInt32BitsToSingle((uint)entry.Message[1].Value));
            }
        }, iter: 50, threads: 1);
    }

    [Fact]
    public void ATextIsATensorOfOneStringForTheTextPlugin()
    {
        using EventFileWriter writer = Create();
        string text = new('é', 10_000);
        writer.WriteText("samples/text_summary", 7, text);
        List<ProtobufField> read = EventFileReader.ReadEvents(writer.Path)[1];
        List<ProtobufField> value = read[2].Message[0].Message;
        Assert.Equal([1, 8, 9], value.Select(field => field.Number));
        Assert.Equal("samples/text_summary", value[0].Text);
        List<ProtobufField> tensor = value[1].Message;
        Assert.Equal([1, 2, 8], tensor.Select(field => field.Number));
        Assert.Equal(7ul, tensor[0].Value);
        Assert.Equal(1ul, tensor[1].Message[0].Message[0].Value);
        Assert.Equal(text, tensor[2].Text);
        Assert.Equal("text", value[2].Message[0].Message[0].Text);
    }

    [Fact]
    public void AResumedRunHasAFileOfItsOwnThatSaysWhereItStarts()
    {
        using EventFileWriter first = Create();
        using EventFileWriter second = new(_folder.Path, _time, resumedStep: 40, host: "host");
        Assert.Equal(first.Path + ".1", second.Path);
        List<ProtobufField> read = EventFileReader.ReadEvents(second.Path)[1];
        Assert.Equal([1, 2, 7], read.Select(field => field.Number));
        Assert.Equal(40ul, read[1].Value);
        Assert.Equal((1, 1ul), (read[2].Message[0].Number, read[2].Message[0].Value));
        Assert.Single(EventFileReader.ReadEvents(first.Path));
    }

    [Fact]
    public void AnEventIsVisibleBeforeTheFileIsClosed()
    {
        using EventFileWriter writer = Create();
        writer.WriteScalar("loss", 1, 1);
        Assert.Equal(2, EventFileReader.ReadEvents(writer.Path).Count);
        writer.Flush();
    }

    [Fact]
    public void AMissingFolderIsCreatedAndAnImpossibleOneIsAFault()
    {
        using EventFileWriter writer = new(_folder["new/deep"], _time, host: "host");
        Assert.True(File.Exists(writer.Path));
        File.WriteAllText(_folder["file"], "");
        Assert.ThrowsAny<IOException>(() => new EventFileWriter(_folder["file"], _time));
    }

    [Fact]
    public void SteadyWritingAllocatesNothing()
    {
        using EventFileWriter writer = new(_folder.Path, TimeProvider.System, host: "host");
        for (int i = 0; i < 100; i++)
        {
            writer.WriteScalar("train/loss", i, i);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            writer.WriteScalar("train/loss", i, i);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private EventFileWriter Create() => new(_folder.Path, _time, host: "host");

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_500);
    }
}
