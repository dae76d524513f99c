// Headers that devices, apps and data sets write, and the sensors in these headers. `source` names the origin of each header;
// device names in headers (Shimmer_8665) are examples.

/** Each sensor is written as NAME kind [unit] [with|without] and its axes; sensors are in column order. */
export interface VendorHeader {
  readonly source: string;
  readonly header: string;
  readonly delimiter?: string;
  readonly sensors: readonly string[];
  /** The first axis of each sensor that is read by default. */
  readonly read?: readonly string[];
}

export const vendorHeaders: readonly VendorHeader[] = [
  {
    source: "TestMannequin/WitMotionExplore, imu_debug_output.csv: accelerations on the body's and on the world's axes",
    header: "t,AccX,AccY,AccZ,Roll_deg,Pitch_deg,Yaw_deg,Ax_w,Ay_w,Az_w",
    sensors: ["Acc accelerometer: AccX;AccY;AccZ", "A accelerometer: Ax_w;Ay_w;Az_w"],
    read: ["AccX"],
  },
  {
    source: "iOS logger of Core Motion: user acceleration, gravity, rotation rate",
    header: "time,roll,pitch,yaw,uax,uay,uaz,gx,gy,gz,rx,ry,rz",
    sensors: ["ua accelerometer without: uax;uay;uaz", "g gravity: gx;gy;gz", "r gyroscope: rx;ry;rz"],
    read: ["uax", "rx", "gx"],
  },
  {
    source: "Android logger with the rotation vector, a quaternion, beside the gyroscope",
    header: "timestamp,ax,ay,az,gx,gy,gz,rx,ry,rz,rw",
    sensors: ["a accelerometer: ax;ay;az", "g gyroscope: gx;gy;gz"],
    read: ["ax", "gx"],
  },
  {
    source: "Sensors named by kind and place, with s for both",
    header: "time,AsX,AsY,AsZ,GsX,GsY,GsZ",
    sensors: ["acc_s accelerometer: AsX;AsY;AsZ", "gyro_s gyroscope: GsX;GsY;GsZ"],
    read: ["AsX", "GsX"],
  },
  {
    source: "WitMotion, names without units",
    header: "Time,AccX,AccY,AccZ,AsX,AsY,AsZ,AngX,AngY,AngZ",
    sensors: ["Acc accelerometer: AccX;AccY;AccZ", "As gyroscope: AsX;AsY;AsZ", "Ang unknown: AngX;AngY;AngZ"],
    read: ["AccX", "AsX"],
  },
  {
    source: "ActiGraph GT3X+, ActiLife's raw CSV",
    header: "Timestamp,Accelerometer X,Accelerometer Y,Accelerometer Z",
    sensors: ["Accelerometer accelerometer: Accelerometer X;Accelerometer Y;Accelerometer Z"],
    read: ["Accelerometer X"],
  },
  {
    source: "ActiGraph GT9X, IMU CSV",
    header:
      "Timestamp,Accelerometer X,Accelerometer Y,Accelerometer Z,Temperature,Gyroscope X,Gyroscope Y,Gyroscope Z,Magnetometer X,Magnetometer Y,Magnetometer Z",
    sensors: [
      "Accelerometer accelerometer: Accelerometer X;Accelerometer Y;Accelerometer Z",
      "Gyroscope gyroscope: Gyroscope X;Gyroscope Y;Gyroscope Z",
      "Magnetometer magnetometer: Magnetometer X;Magnetometer Y;Magnetometer Z",
    ],
    read: ["Accelerometer X", "Gyroscope X"],
  },
  {
    source: "Axivity AX6, Open Movement's CSV (spaces after the commas)",
    header: "Time,Accel-X (g), Accel-Y (g), Accel-Z (g), Gyro-X (d/s), Gyro-Y (d/s), Gyro-Z (d/s)",
    sensors: [
      "Accel accelerometer g: Accel-X (g);Accel-Y (g);Accel-Z (g)",
      "Gyro gyroscope deg/s: Gyro-X (d/s);Gyro-Y (d/s);Gyro-Z (d/s)",
    ],
    read: ["Accel-X (g)", " Gyro-X (d/s)"],
  },
  {
    source: "Empatica EmbracePlus and E4, with a header given",
    header: "unix_timestamp,x,y,z",
    sensors: ["xyz unknown: x;y;z"],
    read: ["x"],
  },
  {
    source: "MotionSense, Core Motion's names",
    header:
      "attitude.roll,attitude.pitch,attitude.yaw,gravity.x,gravity.y,gravity.z,rotationRate.x,rotationRate.y,rotationRate.z,userAcceleration.x,userAcceleration.y,userAcceleration.z",
    sensors: [
      "gravity gravity: gravity.x;gravity.y;gravity.z",
      "rotationRate gyroscope: rotationRate.x;rotationRate.y;rotationRate.z",
      "userAcceleration accelerometer without: userAcceleration.x;userAcceleration.y;userAcceleration.z",
    ],
    read: ["userAcceleration.x", "rotationRate.x"],
  },
  {
    source: "SensorLog for iPhone and Apple Watch",
    header:
      "accelerometerAccelerationX(G),accelerometerAccelerationY(G),accelerometerAccelerationZ(G),motionYaw(rad),motionRoll(rad),motionPitch(rad),motionRotationRateX(rad/s),motionRotationRateY(rad/s),motionRotationRateZ(rad/s),motionUserAccelerationX(G),motionUserAccelerationY(G),motionUserAccelerationZ(G),motionQuaternionX(R),motionQuaternionY(R),motionQuaternionZ(R),motionQuaternionW(R),motionGravityX(G),motionGravityY(G),motionGravityZ(G),motionMagneticFieldX(µT),motionMagneticFieldY(µT),motionMagneticFieldZ(µT)",
    sensors: [
      "accelerometerAcceleration accelerometer g: accelerometerAccelerationX(G);accelerometerAccelerationY(G);accelerometerAccelerationZ(G)",
      "motionRotationRate gyroscope rad/s: motionRotationRateX(rad/s);motionRotationRateY(rad/s);motionRotationRateZ(rad/s)",
      "motionUserAcceleration accelerometer g without: motionUserAccelerationX(G);motionUserAccelerationY(G);motionUserAccelerationZ(G)",
      "motionGravity gravity g: motionGravityX(G);motionGravityY(G);motionGravityZ(G)",
      "motionMagneticField magnetometer uT: motionMagneticFieldX(µT);motionMagneticFieldY(µT);motionMagneticFieldZ(µT)",
    ],
    read: ["accelerometerAccelerationX(G)", "motionRotationRateX(rad/s)"],
  },
  {
    source: "Sensor Logger for Android and iOS, one file a sensor",
    header: "time,seconds_elapsed,z,y,x",
    sensors: ["xyz unknown: x;y;z"],
    read: ["x"],
  },
  {
    source: "phyphox",
    header:
      "Time (s),Acceleration x (m/s^2),Acceleration y (m/s^2),Acceleration z (m/s^2),Absolute acceleration (m/s^2),Linear Acceleration x (m/s^2),Linear Acceleration y (m/s^2),Linear Acceleration z (m/s^2),Gyroscope x (rad/s),Gyroscope y (rad/s),Gyroscope z (rad/s),Magnetic Field x (µT),Magnetic Field y (µT),Magnetic Field z (µT)",
    sensors: [
      "Acceleration accelerometer m/s^2: Acceleration x (m/s^2);Acceleration y (m/s^2);Acceleration z (m/s^2)",
      "Linear Acceleration accelerometer m/s^2 without: Linear Acceleration x (m/s^2);Linear Acceleration y (m/s^2);Linear Acceleration z (m/s^2)",
      "Gyroscope gyroscope rad/s: Gyroscope x (rad/s);Gyroscope y (rad/s);Gyroscope z (rad/s)",
      "Magnetic Field magnetometer uT: Magnetic Field x (µT);Magnetic Field y (µT);Magnetic Field z (µT)",
    ],
    read: ["Acceleration x (m/s^2)", "Gyroscope x (rad/s)"],
  },
  {
    source: "Physics Toolbox: g-force and gyroscope",
    header: "time,gFx,gFy,gFz,wx,wy,wz,Bx,By,Bz",
    sensors: ["gF accelerometer: gFx;gFy;gFz", "w gyroscope: wx;wy;wz", "B magnetometer: Bx;By;Bz"],
    read: ["gFx", "wx"],
  },
  {
    source: "Movesense, showcase app",
    header: "timestamp,AccX,AccY,AccZ,GyroX,GyroY,GyroZ,MagnX,MagnY,MagnZ",
    sensors: [
      "Acc accelerometer: AccX;AccY;AccZ",
      "Gyro gyroscope: GyroX;GyroY;GyroZ",
      "Magn magnetometer: MagnX;MagnY;MagnZ",
    ],
    read: ["AccX", "GyroX"],
  },
  {
    source: "Xsens DOT and MTw",
    header:
      "PacketCounter,SampleTimeFine,Acc_X,Acc_Y,Acc_Z,FreeAcc_X,FreeAcc_Y,FreeAcc_Z,Gyr_X,Gyr_Y,Gyr_Z,Mag_X,Mag_Y,Mag_Z,VelInc_X,VelInc_Y,VelInc_Z,Euler_X,Euler_Y,Euler_Z,dq_W,dq_X,dq_Y,dq_Z",
    sensors: [
      "Acc accelerometer: Acc_X;Acc_Y;Acc_Z",
      "FreeAcc accelerometer without: FreeAcc_X;FreeAcc_Y;FreeAcc_Z",
      "Gyr gyroscope: Gyr_X;Gyr_Y;Gyr_Z",
      "Mag magnetometer: Mag_X;Mag_Y;Mag_Z",
      "VelInc unknown: VelInc_X;VelInc_Y;VelInc_Z",
    ],
    read: ["Acc_X", "Gyr_X"],
  },
  {
    source: "Shimmer3, Consensys",
    header:
      "Shimmer_8665_TimestampSync_Unix_CAL\tShimmer_8665_Accel_LN_X_CAL\tShimmer_8665_Accel_LN_Y_CAL\tShimmer_8665_Accel_LN_Z_CAL\tShimmer_8665_Accel_WR_X_CAL\tShimmer_8665_Accel_WR_Y_CAL\tShimmer_8665_Accel_WR_Z_CAL\tShimmer_8665_Gyro_X_CAL\tShimmer_8665_Gyro_Y_CAL\tShimmer_8665_Gyro_Z_CAL\tShimmer_8665_Mag_X_CAL\tShimmer_8665_Mag_Y_CAL\tShimmer_8665_Mag_Z_CAL",
    delimiter: "\t",
    sensors: [
      "Shimmer_8665_Accel_LN accelerometer: Shimmer_8665_Accel_LN_X_CAL;Shimmer_8665_Accel_LN_Y_CAL;Shimmer_8665_Accel_LN_Z_CAL",
      "Shimmer_8665_Accel_WR accelerometer: Shimmer_8665_Accel_WR_X_CAL;Shimmer_8665_Accel_WR_Y_CAL;Shimmer_8665_Accel_WR_Z_CAL",
      "Shimmer_8665_Gyro gyroscope: Shimmer_8665_Gyro_X_CAL;Shimmer_8665_Gyro_Y_CAL;Shimmer_8665_Gyro_Z_CAL",
      "Shimmer_8665_Mag magnetometer: Shimmer_8665_Mag_X_CAL;Shimmer_8665_Mag_Y_CAL;Shimmer_8665_Mag_Z_CAL",
    ],
    read: ["Shimmer_8665_Accel_LN_X_CAL", "Shimmer_8665_Gyro_X_CAL"],
  },
  {
    source: "Polar Sensor Logger, accelerometer",
    header: "Phone timestamp;sensor timestamp [ns];X [mg];Y [mg];Z [mg]",
    delimiter: ";",
    sensors: ["XYZ [mg] accelerometer milli-g: X [mg];Y [mg];Z [mg]"],
    read: ["X [mg]"],
  },
  {
    source: "Polar Sensor Logger, gyroscope",
    header: "Phone timestamp;sensor timestamp [ns];X [dps];Y [dps];Z [dps]",
    delimiter: ";",
    sensors: ["XYZ [dps] gyroscope deg/s: X [dps];Y [dps];Z [dps]"],
    read: ["X [dps]"],
  },
  {
    source: "Polar Sensor Logger, magnetometer: G is gauss here and g elsewhere",
    header: "Phone timestamp;sensor timestamp [ns];X [G];Y [G];Z [G]",
    delimiter: ";",
    sensors: ["XYZ [G] unknown: X [G];Y [G];Z [G]"],
  },
  {
    source: "MbientLab MetaWear, files joined",
    header:
      "epoc (ms),elapsed (s),x-axis (deg/s),y-axis (deg/s),z-axis (deg/s),x-axis (g),y-axis (g),z-axis (g),x-axis (T),y-axis (T),z-axis (T)",
    sensors: [
      "xyz-axis (deg/s) gyroscope deg/s: x-axis (deg/s);y-axis (deg/s);z-axis (deg/s)",
      "xyz-axis (g) accelerometer g: x-axis (g);y-axis (g);z-axis (g)",
      "xyz-axis (T) magnetometer T: x-axis (T);y-axis (T);z-axis (T)",
    ],
    read: ["x-axis (g)", "x-axis (deg/s)"],
  },
  {
    source: "UP-Fall, several MetaWears",
    header:
      "AnkleAccelerometer_x-axis (g),AnkleAccelerometer_y-axis (g),AnkleAccelerometer_z-axis (g),AnkleAngularVelocity_x-axis (deg/s),AnkleAngularVelocity_y-axis (deg/s),AnkleAngularVelocity_z-axis (deg/s)",
    sensors: [
      "AnkleAccelerometer accelerometer g: AnkleAccelerometer_x-axis (g);AnkleAccelerometer_y-axis (g);AnkleAccelerometer_z-axis (g)",
      "AnkleAngularVelocity gyroscope deg/s: AnkleAngularVelocity_x-axis (deg/s);AnkleAngularVelocity_y-axis (deg/s);AnkleAngularVelocity_z-axis (deg/s)",
    ],
    read: ["AnkleAccelerometer_x-axis (g)", "AnkleAngularVelocity_x-axis (deg/s)"],
  },
  {
    source: "WitMotion",
    header:
      "Time(s),AccX(g),AccY(g),AccZ(g),AsX(°/s),AsY(°/s),AsZ(°/s),AngleX(°),AngleY(°),AngleZ(°),HX(uT),HY(uT),HZ(uT)",
    sensors: [
      "Acc accelerometer g: AccX(g);AccY(g);AccZ(g)",
      "As gyroscope deg/s: AsX(°/s);AsY(°/s);AsZ(°/s)",
      "H magnetometer uT: HX(uT);HY(uT);HZ(uT)",
    ],
    read: ["AccX(g)", "AsX(°/s)"],
  },
  {
    source: "Arduino loggers: degrees for degrees per second, and angles beside them",
    header: "AccX(g),AccY(g),AccZ(g),GYRX(°),GYRY(°),GYRZ(°),AngleX(deg),AngleY(deg),AngleZ(deg)",
    sensors: ["Acc accelerometer g: AccX(g);AccY(g);AccZ(g)", "GYR gyroscope deg/s: GYRX(°);GYRY(°);GYRZ(°)"],
    read: ["AccX(g)", "GYRX(°)"],
  },
  {
    source: "UCI HAR's inertial signals",
    header: "body_acc_x,body_acc_y,body_acc_z,total_acc_x,total_acc_y,total_acc_z,body_gyro_x,body_gyro_y,body_gyro_z",
    sensors: [
      "body_acc accelerometer without: body_acc_x;body_acc_y;body_acc_z",
      "total_acc accelerometer with: total_acc_x;total_acc_y;total_acc_z",
      "body_gyro gyroscope: body_gyro_x;body_gyro_y;body_gyro_z",
    ],
    read: ["total_acc_x", "body_gyro_x"],
  },
  {
    source: "SisFall",
    header: "ADXL345 X,ADXL345 Y,ADXL345 Z,ITG3200 X,ITG3200 Y,ITG3200 Z",
    sensors: [
      "ADXL345 accelerometer: ADXL345 X;ADXL345 Y;ADXL345 Z",
      "ITG3200 gyroscope: ITG3200 X;ITG3200 Y;ITG3200 Z",
    ],
    read: ["ADXL345 X", "ITG3200 X"],
  },
  {
    source: "a page's devicemotion events",
    header:
      "accelerationIncludingGravity.x,accelerationIncludingGravity.y,accelerationIncludingGravity.z,acceleration.x,acceleration.y,acceleration.z",
    sensors: [
      "accelerationIncludingGravity accelerometer with: accelerationIncludingGravity.x;accelerationIncludingGravity.y;accelerationIncludingGravity.z",
      "acceleration accelerometer: acceleration.x;acceleration.y;acceleration.z",
    ],
  },
  {
    source: "units as words: fleets and CAN loggers",
    header: "acc_x_mps2,acc_y_mps2,acc_z_mps2,gyr_x_deg,gyr_y_deg,gyr_z_deg",
    sensors: [
      "acc accelerometer m/s^2: acc_x_mps2;acc_y_mps2;acc_z_mps2",
      "gyr gyroscope deg/s: gyr_x_deg;gyr_y_deg;gyr_z_deg",
    ],
    read: ["acc_x_mps2", "gyr_x_deg"],
  },
  {
    source: "OPPORTUNITY: the gyroscope's own accelerometer, not that of the hip",
    header:
      "hip_acc_x (mg),hip_acc_y (mg),hip_acc_z (mg),imu_back_acc_x (mg),imu_back_acc_y (mg),imu_back_acc_z (mg),imu_back_gyro_x (raw),imu_back_gyro_y (raw),imu_back_gyro_z (raw),imu_rua_acc_x (mg),imu_rua_acc_y (mg),imu_rua_acc_z (mg),imu_rua_gyro_x (raw),imu_rua_gyro_y (raw),imu_rua_gyro_z (raw)",
    sensors: [
      "hip_acc accelerometer milli-g: hip_acc_x (mg);hip_acc_y (mg);hip_acc_z (mg)",
      "imu_back_acc accelerometer milli-g: imu_back_acc_x (mg);imu_back_acc_y (mg);imu_back_acc_z (mg)",
      "imu_back_gyro gyroscope: imu_back_gyro_x (raw);imu_back_gyro_y (raw);imu_back_gyro_z (raw)",
      "imu_rua_acc accelerometer milli-g: imu_rua_acc_x (mg);imu_rua_acc_y (mg);imu_rua_acc_z (mg)",
      "imu_rua_gyro gyroscope: imu_rua_gyro_x (raw);imu_rua_gyro_y (raw);imu_rua_gyro_z (raw)",
    ],
    read: ["imu_back_acc_x (mg)", "imu_back_gyro_x (raw)"],
  },
  {
    source: "ST AlgoBuilder and Unicleo",
    header: "Time [ms],AccX [mg],AccY [mg],AccZ [mg],GyroX [mdps],GyroY [mdps],GyroZ [mdps]",
    sensors: [
      "Acc accelerometer milli-g: AccX [mg];AccY [mg];AccZ [mg]",
      "Gyro gyroscope milli-deg/s: GyroX [mdps];GyroY [mdps];GyroZ [mdps]",
    ],
    read: ["AccX [mg]", "GyroX [mdps]"],
  },
  {
    source: "OpenEarable",
    header:
      "time,acc.x [m/s²],acc.y [m/s²],acc.z [m/s²],gyro.x [°/s],gyro.y [°/s],gyro.z [°/s],mag.x [µT],mag.y [µT],mag.z [µT]",
    sensors: [
      "acc accelerometer m/s^2: acc.x [m/s²];acc.y [m/s²];acc.z [m/s²]",
      "gyro gyroscope deg/s: gyro.x [°/s];gyro.y [°/s];gyro.z [°/s]",
      "mag magnetometer uT: mag.x [µT];mag.y [µT];mag.z [µT]",
    ],
    read: ["acc.x [m/s²]", "gyro.x [°/s]"],
  },
  {
    source: "PicoQuake",
    header: "count,a_x,a_y,a_z,g_x,g_y,g_z",
    sensors: ["a accelerometer: a_x;a_y;a_z", "g gyroscope: g_x;g_y;g_z"],
    read: ["a_x", "g_x"],
  },
  {
    source: "our simulator, and this repository's data",
    header: "user,activity,Ax,Ay,Az,Gx,Gy,Gz",
    sensors: ["A accelerometer: Ax;Ay;Az", "G gyroscope: Gx;Gy;Gz"],
    read: ["Ax", "Gx"],
  },
  {
    source: "names the other way round, and with the unit at the end",
    header: "x_acc,y_acc,z_acc,gyro_x_g,gyro_y_g,gyro_z_g",
    sensors: ["acc accelerometer: x_acc;y_acc;z_acc", "gyro gyroscope: gyro_x_g;gyro_y_g;gyro_z_g"],
    read: ["x_acc", "gyro_x_g"],
  },
  {
    source: "axes without a word",
    header: "X-Axis,Y-Axis,Z-Axis",
    sensors: ["XYZ-Axis unknown: X-Axis;Y-Axis;Z-Axis"],
    read: ["X-Axis"],
  },
  { source: "a quaternion", header: "x,y,z,w", sensors: [] },
  {
    source: "velocities",
    header: "vel_x (m/s),vel_y (m/s),vel_z (m/s)",
    sensors: ["vel unknown: vel_x (m/s);vel_y (m/s);vel_z (m/s)"],
  },
  {
    source: "iPhone app that names a gyroscope's axes twice",
    header: "Timestamp,RollGyroX,PitchGyroY,YawGyroZ,accX,accY,accZ",
    sensors: ["Gyro gyroscope: RollGyroX;PitchGyroY;YawGyroZ", "acc accelerometer: accX;accY;accZ"],
    read: ["accX", "RollGyroX"],
  },
  {
    source: "MAVLink, ATTITUDE and RAW_IMU",
    header: "time_boot_ms,roll,pitch,yaw,rollspeed,pitchspeed,yawspeed,xacc,yacc,zacc",
    sensors: ["gyro gyroscope: rollspeed;pitchspeed;yawspeed", "acc accelerometer: xacc;yacc;zacc"],
    read: ["xacc", "rollspeed"],
  },
  {
    source: "Flight loggers, rates about the body's axes",
    header: "time,roll_rate (deg/s),pitch_rate (deg/s),yaw_rate (deg/s),ax,ay,az",
    sensors: [
      "gyro gyroscope deg/s: roll_rate (deg/s);pitch_rate (deg/s);yaw_rate (deg/s)",
      "a accelerometer: ax;ay;az",
    ],
    read: ["ax", "roll_rate (deg/s)"],
  },
  {
    source: "W3C, devicemotion events with the rotation rate",
    header:
      "timeStamp,acceleration.x,acceleration.y,acceleration.z,rotationRate.alpha,rotationRate.beta,rotationRate.gamma",
    sensors: [
      "acceleration accelerometer: acceleration.x;acceleration.y;acceleration.z",
      "rotationRate gyroscope: rotationRate.beta;rotationRate.gamma;rotationRate.alpha",
    ],
    read: ["acceleration.x", "rotationRate.beta"],
  },
  {
    source: "Sense HAT loggers: the angles of its gyroscope",
    header: "time,gyro_roll,gyro_pitch,gyro_yaw,acc_x,acc_y,acc_z",
    sensors: ["acc accelerometer: acc_x;acc_y;acc_z"],
    read: ["acc_x"],
  },
  {
    source: "SensorLog's short names: DM stands for device motion",
    header: "DMUAccelX,DMUAccelY,DMUAccelZ,DMRotX,DMRotY,DMRotZ",
    sensors: ["DMUAccel accelerometer: DMUAccelX;DMUAccelY;DMUAccelZ", "DMRot gyroscope: DMRotX;DMRotY;DMRotZ"],
    read: ["DMUAccelX", "DMRotX"],
  },
  {
    source: "Loggers in German",
    header:
      "Zeit,Beschleunigung X,Beschleunigung Y,Beschleunigung Z,Winkelgeschwindigkeit X,Winkelgeschwindigkeit Y,Winkelgeschwindigkeit Z",
    sensors: [
      "Beschleunigung accelerometer: Beschleunigung X;Beschleunigung Y;Beschleunigung Z",
      "Winkelgeschwindigkeit gyroscope: Winkelgeschwindigkeit X;Winkelgeschwindigkeit Y;Winkelgeschwindigkeit Z",
    ],
  },
  {
    source: "Loggers in Spanish and Portuguese",
    header: "tiempo,aceleracion_x,aceleracion_y,aceleracion_z,giroscopio_x,giroscopio_y,giroscopio_z",
    sensors: [
      "aceleracion accelerometer: aceleracion_x;aceleracion_y;aceleracion_z",
      "giroscopio gyroscope: giroscopio_x;giroscopio_y;giroscopio_z",
    ],
  },
  {
    source: "Loggers in Chinese",
    header: "时间,加速度X,加速度Y,加速度Z,角速度X,角速度Y,角速度Z",
    sensors: ["加速度 accelerometer: 加速度X;加速度Y;加速度Z", "角速度 gyroscope: 角速度X;角速度Y;角速度Z"],
  },
  {
    source: "Flight logs: the rates of roll, pitch and yaw",
    header: "time,ax,ay,az,p,q,r,phi,theta,psi",
    sensors: ["a accelerometer: ax;ay;az", "pqr gyroscope: p;q;r"],
    read: ["ax", "p"],
  },
  {
    source: "Flight logs, with a unit and no accelerometer",
    header: "time,P (deg/s),Q (deg/s),R (deg/s)",
    sensors: ["PQR gyroscope deg/s: P (deg/s);Q (deg/s);R (deg/s)"],
  },
  { source: "Statistics called p, q and r", header: "p,q,r", sensors: [] },
  {
    source: "One name for three columns, read by pandas",
    header: "Accelerometer,Accelerometer.1,Accelerometer.2,Gyroscope,Gyroscope.1,Gyroscope.2",
    sensors: [
      "Accelerometer accelerometer: Accelerometer;Accelerometer.1;Accelerometer.2",
      "Gyroscope gyroscope: Gyroscope;Gyroscope.1;Gyroscope.2",
    ],
    read: ["Accelerometer", "Gyroscope"],
  },
  {
    source: "One name for three columns, read by polars",
    header: "acc,acc_duplicated_0,acc_duplicated_1",
    sensors: ["acc accelerometer: acc;acc_duplicated_0;acc_duplicated_1"],
  },
  {
    source: "Linear acceleration and gravity",
    header: "lin_x,lin_y,lin_z,grav_x,grav_y,grav_z",
    sensors: ["lin accelerometer without: lin_x;lin_y;lin_z", "grav gravity: grav_x;grav_y;grav_z"],
    read: ["lin_x"],
  },
  {
    source: "Loggers in Russian",
    header:
      "Время, с;Ускорение X, м/с²;Ускорение Y, м/с²;Ускорение Z, м/с²;Угловая скорость X, град/с;Угловая скорость Y, град/с;Угловая скорость Z, град/с",
    delimiter: ";",
    sensors: [
      "Ускорение accelerometer m/s^2: Ускорение X, м/с²;Ускорение Y, м/с²;Ускорение Z, м/с²",
      "Угловая скорость gyroscope deg/s: Угловая скорость X, град/с;Угловая скорость Y, град/с;Угловая скорость Z, град/с",
    ],
  },
];
