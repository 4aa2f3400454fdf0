using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Polymath.Compute;
using Polymath.Formats.Files;
using Polymath.Formats.Images;
using static Polymath.Fields.Games.Libretro.LibretroApi;

namespace Polymath.Fields.Games.Libretro;

/// <summary>
/// An emulated console with a game in it: a libretro core, loaded from a copy of its library, so that every instance has
/// variables of its own. Sound is thrown away; frames and memory are read after each frame.
/// </summary>
internal sealed unsafe class LibretroCore : IDisposable
{
    private const int LargestRomBytes = 64 << 20, LargestSide = 4096;

    // Callbacks say nothing of whose they are; they come on the thread that runs the core.
    [ThreadStatic]
    private static LibretroCore? _running;

    private readonly List<nint> _strings = [];
    private readonly Dictionary<string, nint> _settings = [];
    private byte* _rom;
    private nint _library;
    private delegate* unmanaged[Cdecl]<void> _run;
    private string? _copyFolder;
    private bool _isInitialized, _isLoaded;
    private PixelFormat _format;
    private byte[] _frame = [];
    private int _pitch;
    private ushort _buttons;

    /// <summary>Starts a game.</summary>
    /// <param name="corePath">The core's library.</param>
    /// <param name="romPath">The game.</param>
    /// <exception cref="InvalidInputException">Core or game are missing, damaged or do not fit each other.</exception>
    public LibretroCore(string corePath, string romPath)
    {
        ReadOnlySpan<byte> rom = InputFile.ReadAllBytes(romPath, LargestRomBytes);
        _rom = (byte*)NativeMemory.Alloc((nuint)Math.Max(1, rom.Length));
        rom.CopyTo(new Span<byte>(_rom, rom.Length));
        try
        {
            Load(corePath);
            Insert(corePath, romPath, rom.Length);
        }
        catch (EntryPointNotFoundException fault)
        {
            Dispose();
            throw new InvalidInputException($"{corePath}: is no libretro core: {fault.Message}", fault);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Pixels of a frame's row.</summary>
    public int Width { get; private set; }

    /// <summary>Rows of a frame.</summary>
    public int Height { get; private set; }

    /// <summary>The console's memory as it is now; empty where the core does not show it.</summary>
    public ReadOnlySpan<byte> Memory
    {
        get
        {
            _running = this;
            int size = (int)((delegate* unmanaged[Cdecl]<uint, nuint>)Export("retro_get_memory_size"))(SystemRam);
            void* memory = ((delegate* unmanaged[Cdecl]<uint, void*>)Export("retro_get_memory_data"))(SystemRam);
            return memory is null ? default : new ReadOnlySpan<byte>(memory, size);
        }
    }

    /// <summary>Emulates one frame.</summary>
    /// <param name="buttons">What is pressed, a bit a button.</param>
    public void Run(ushort buttons)
    {
        (_running, _buttons) = (this, buttons);
        _run();
    }

    /// <summary>The whole console as it is now.</summary>
    public byte[] Save()
    {
        _running = this;
        var state = new byte[(int)((delegate* unmanaged[Cdecl]<nuint>)Export("retro_serialize_size"))()];
        fixed (byte* data = state)
        {
            bool isSaved = ((delegate* unmanaged[Cdecl]<void*, nuint, byte>)Export("retro_serialize"))(data, (nuint)state.Length) != 0;
            return isSaved ? state : throw new InvalidInputException("the libretro core cannot save its state");
        }
    }

    /// <summary>Takes up a saved state.</summary>
    /// <exception cref="InvalidInputException">It is of another core or game.</exception>
    public void Restore(ReadOnlySpan<byte> state)
    {
        _running = this;
        fixed (byte* data = state)
        {
            bool isTaken = ((delegate* unmanaged[Cdecl]<void*, nuint, byte>)Export("retro_unserialize"))(data, (nuint)state.Length) != 0;
            if (!isTaken)
            {
                throw new InvalidInputException("the libretro core refuses a saved state: it is of another core or game");
            }
        }
    }

    /// <summary>Writes how bright the last frame is [Height, Width].</summary>
    public void ReadGrey(Span<byte> grey)
    {
        // ITU-R BT.601 in 256ths.
        const int Red = 77, Green = 150, Blue = 29, Half = 128;
        int index = 0;
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                (int red, int green, int blue) = PixelAt(x, y);
                grey[index++] = (byte)(((Red * red) + (Green * green) + (Blue * blue) + Half) >> 8);
            }
        }
    }

    /// <summary>The last frame.</summary>
    public PixelImage ReadPicture()
    {
        byte[] pixels = new byte[Width * Height * RgbImage.ChannelCount];
        int index = 0;
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                (int red, int green, int blue) = PixelAt(x, y);
                (pixels[index], pixels[index + 1], pixels[index + 2]) = ((byte)red, (byte)green, (byte)blue);
                index += RgbImage.ChannelCount;
            }
        }

        return new PixelImage(Width, Height, RgbImage.ChannelCount, pixels);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _running = this;
        if (_isLoaded)
        {
            ((delegate* unmanaged[Cdecl]<void>)Export("retro_unload_game"))();
            _isLoaded = false;
        }

        if (_isInitialized)
        {
            ((delegate* unmanaged[Cdecl]<void>)Export("retro_deinit"))();
            _isInitialized = false;
        }

        if (_library != 0)
        {
            NativeLibrary.Free(_library);
            _library = 0;
        }

        if (_copyFolder is not null)
        {
            Directory.Delete(_copyFolder, recursive: true);
            _copyFolder = null;
        }

        foreach (nint text in _strings)
        {
            Marshal.FreeCoTaskMem(text);
        }

        _strings.Clear();
        _running = null;
        NativeMemory.Free(_rom);
        _rom = null;
    }

    private void Load(string corePath)
    {
        try
        {
            _copyFolder = Directory.CreateTempSubdirectory("polymath-core-").FullName;
            string copy = Path.Combine(_copyFolder, Path.GetFileName(corePath));
            File.Copy(corePath, copy);
            _library = NativeLibrary.Load(copy);
        }
        catch (Exception fault) when (
            fault is IOException or UnauthorizedAccessException or DllNotFoundException or BadImageFormatException)
        {
            throw new InvalidInputException($"{corePath}: cannot be loaded as a libretro core: {fault.Message}", fault);
        }

        uint version = ((delegate* unmanaged[Cdecl]<uint>)Export("retro_api_version"))();
        if (version != LibretroApi.Version)
        {
            throw new InvalidInputException(
                $"{corePath}: speaks version {version} of libretro's interface, expected {LibretroApi.Version}");
        }

        _run = (delegate* unmanaged[Cdecl]<void>)Export("retro_run");
        _running = this;
        ((delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<uint, void*, byte>, void>)Export("retro_set_environment"))(&OnEnvironment);
        ((delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<void*, uint, uint, nuint, void>, void>)Export("retro_set_video_refresh"))(&OnVideo);
        ((delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<short, short, void>, void>)Export("retro_set_audio_sample"))(&OnSample);
        ((delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<short*, nuint, nuint>, void>)Export("retro_set_audio_sample_batch"))(&OnSamples);
        ((delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<void>, void>)Export("retro_set_input_poll"))(&OnPoll);
        ((delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<uint, uint, uint, uint, short>, void>)Export("retro_set_input_state"))(&OnInput);
        ((delegate* unmanaged[Cdecl]<void>)Export("retro_init"))();
        _isInitialized = true;
    }

    private void Insert(string corePath, string romPath, int length)
    {
        SystemInfo system;
        ((delegate* unmanaged[Cdecl]<SystemInfo*, void>)Export("retro_get_system_info"))(&system);
        string name = Marshal.PtrToStringUTF8((nint)system.LibraryName) ?? corePath;
        string[] extensions = (Marshal.PtrToStringUTF8((nint)system.ValidExtensions) ?? "").Split('|');
        string extension = Path.GetExtension(romPath).TrimStart('.');
        if (!extensions.Contains(extension, StringComparer.OrdinalIgnoreCase))
        {
            throw new InvalidInputException(
                $"{romPath}: is no game for the core {name}, expected a name that ends in one of: {string.Join(", ", extensions)}");
        }

        bool isByPath = system.NeedsFullPath != 0;
        var game = new GameInfo
        {
            Path = Text(Path.GetFullPath(romPath)), Data = isByPath ? null : _rom, Size = isByPath ? 0 : (nuint)length,
        };
        _isLoaded = ((delegate* unmanaged[Cdecl]<GameInfo*, byte>)Export("retro_load_game"))(&game) != 0;
        if (!_isLoaded)
        {
            throw new InvalidInputException(
                $"{romPath}: the core {name} refuses it: it is damaged, or a game for another system");
        }

        ((delegate* unmanaged[Cdecl]<uint, uint, void>)Export("retro_set_controller_port_device"))(0, Joypad);
        Run(0);
        if (Width == 0)
        {
            throw new InvalidInputException($"{romPath}: the core {name} shows no picture of it");
        }
    }

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    private byte* Text(string text)
    {
        nint pointer = Marshal.StringToCoTaskMemUTF8(text);
        _strings.Add(pointer);
        return (byte*)pointer;
    }

    private (int Red, int Green, int Blue) PixelAt(int x, int y)
    {
        const int Five = 31, Six = 63;
        if (_format == PixelFormat.Xrgb8888)
        {
            int place = (y * _pitch) + (4 * x);
            return (_frame[place + 2], _frame[place + 1], _frame[place]);
        }

        int at = (y * _pitch) + (2 * x), pixel = _frame[at] | (_frame[at + 1] << 8);
        return _format == PixelFormat.Rgb565
            ? (Widen(pixel >> 11, Five), Widen((pixel >> 5) & Six, Six), Widen(pixel & Five, Five))
            : (Widen((pixel >> 10) & Five, Five), Widen((pixel >> 5) & Five, Five), Widen(pixel & Five, Five));
    }

    private static int Widen(int value, int largest) => value * byte.MaxValue / largest;

    private byte Answer(EnvironmentCommand command, void* data)
    {
        switch (command)
        {
            case EnvironmentCommand.GetCanDuplicate:
                *(byte*)data = 1;
                return 1;
            case EnvironmentCommand.GetSystemFolder or EnvironmentCommand.GetSaveFolder:
                *(byte**)data = Text(Path.GetTempPath());
                return 1;
            case EnvironmentCommand.SetPixelFormat when Enum.IsDefined(*(PixelFormat*)data):
                _format = *(PixelFormat*)data;
                return 1;
            case EnvironmentCommand.SetVariables:
                Declare((Variable*)data);
                return 1;
            case EnvironmentCommand.GetVariable:
                return Set((Variable*)data);
            case EnvironmentCommand.GetVariableUpdate:
                *(byte*)data = 0;
                return 1;
            case EnvironmentCommand.GetAudioVideoEnable:
                // Pictures, and sound that nobody hears.
                const int Video = 1, NoAudio = 8;
                *(int*)data = Video | NoAudio;
                return 1;
            case EnvironmentCommand.GetInputBitmasks:
                return 1;
            case EnvironmentCommand.GetCoreOptionsVersion:
                *(uint*)data = 0;
                return 1;
            default:
                return 0;
        }
    }

    // The first value of a declared setting is its default.
    private void Declare(Variable* variable)
    {
        for (; variable->Key is not null; variable++)
        {
            string values = Marshal.PtrToStringUTF8((nint)variable->Value) ?? "";
            string first = values[(values.IndexOf(';') + 1)..].Trim().Split('|')[0];
            _settings[Marshal.PtrToStringUTF8((nint)variable->Key)!] = (nint)Text(first);
        }
    }

    private byte Set(Variable* variable)
    {
        bool isKnown = _settings.TryGetValue(Marshal.PtrToStringUTF8((nint)variable->Key) ?? "", out nint value);
        variable->Value = (byte*)value;
        return isKnown ? (byte)1 : (byte)0;
    }

    private void Take(void* pixels, uint width, uint height, nuint pitch)
    {
        // No pixels: as the frame before.
        if (pixels is null || width is 0 or > LargestSide || height is 0 or > LargestSide || pitch > 4 * LargestSide)
        {
            return;
        }

        (Width, Height, _pitch) = ((int)width, (int)height, (int)pitch);
        int rowBytes = Width * (_format == PixelFormat.Xrgb8888 ? 4 : 2), size = (_pitch * (Height - 1)) + rowBytes;
        if (_frame.Length < size)
        {
            _frame = new byte[size];
        }

        new ReadOnlySpan<byte>(pixels, size).CopyTo(_frame);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte OnEnvironment(uint command, void* data) =>
        _running?.Answer((EnvironmentCommand)command, data) ?? 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnVideo(void* pixels, uint width, uint height, nuint pitch) =>
        _running?.Take(pixels, width, height, pitch);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnSample(short left, short right)
    {
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nuint OnSamples(short* samples, nuint count) => count;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnPoll()
    {
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static short OnInput(uint port, uint device, uint index, uint button)
    {
        int pressed = _running is null || port != 0 || device != Joypad ? 0 : _running._buttons;
        return (short)(button == JoypadMask ? pressed : (pressed >> (int)button) & 1);
    }
}
