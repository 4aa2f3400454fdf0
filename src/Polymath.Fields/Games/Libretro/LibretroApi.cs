using System.Runtime.InteropServices;

namespace Polymath.Fields.Games.Libretro;

/// <summary>What libretro.h, version 1 of the interface, says of numbers and structures.</summary>
internal static unsafe class LibretroApi
{
    public const uint Version = 1, Joypad = 1, JoypadMask = 256, SystemRam = 2;

    /// <summary>The buttons of a joypad, by their bits.</summary>
    public static List<string> Buttons { get; } =
        ["b", "y", "select", "start", "up", "down", "left", "right", "a", "x", "l", "r", "l2", "r2", "l3", "r3"];

    public enum PixelFormat
    {
        /// <summary>A zero, then five bits each of red, green and blue.</summary>
        Rgb1555 = 0,

        /// <summary>A byte that means nothing, then red, green and blue.</summary>
        Xrgb8888 = 1,

        /// <summary>Five bits of red, six of green, five of blue.</summary>
        Rgb565 = 2,
    }

    /// <summary>What a core asks of its host.</summary>
    public enum EnvironmentCommand : uint
    {
        GetCanDuplicate = 3,
        GetSystemFolder = 9,
        SetPixelFormat = 10,
        GetVariable = 15,
        SetVariables = 16,
        GetVariableUpdate = 17,
        GetSaveFolder = 31,
        GetAudioVideoEnable = 47 | Experimental,
        GetInputBitmasks = 51 | Experimental,
        GetCoreOptionsVersion = 52,

        /// <summary>Marks a command whose meaning may still change.</summary>
        Experimental = 0x10000,
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct SystemInfo
    {
        public byte* LibraryName, LibraryVersion, ValidExtensions;
        public byte NeedsFullPath, BlocksExtraction;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct GameInfo
    {
        public byte* Path;
        public void* Data;
        public nuint Size;
        public byte* Meta;
    }

    /// <summary>A setting of a core: its key, and its value or, where it is declared, "what it is; one|other".</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Variable
    {
        public byte* Key, Value;
    }
}
